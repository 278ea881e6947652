// write_for_numpy FOLDER: arrays for NumPy to read. write_for_numpy FOLDER back: reads what NumPy made of them.
#include <array>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <span>
#include <string>

#include "sumi/numpy.hpp"

using namespace sumi;
namespace fs = std::filesystem;

namespace {

/// 24 numbers of each type, as shape (2, 3, 4): 0, 1, 2, ...
template <class T>
struct Ramp {
  std::array<T, 24> numbers{};
  Ramp() {
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<T>(i);
  }
  ArrayView view() const { return ArrayView(std::span<const T>(numbers), {2, 3, 4}); }
};

const Ramp<float> float32;
const Ramp<double> float64;
const Ramp<std::uint8_t> uint8;
const Ramp<std::int8_t> int8;
const Ramp<std::uint16_t> uint16;
const Ramp<std::int16_t> int16;
const Ramp<std::uint32_t> uint32;
const Ramp<std::int32_t> int32;
const Ramp<std::uint64_t> uint64;
const Ramp<std::int64_t> int64;

std::map<std::string, ArrayView> arrays() {
  return {{"float32", float32.view()}, {"float64", float64.view()}, {"uint8", uint8.view()},   {"int8", int8.view()},
          {"uint16", uint16.view()},   {"int16", int16.view()},     {"uint32", uint32.view()}, {"int32", int32.view()},
          {"uint64", uint64.view()},   {"int64", int64.view()}};
}

void write(const fs::path& folder) {
  fs::create_directories(folder);
  for (const auto& [name, view] : arrays()) save_npy(folder / (name + ".npy"), view);
  save_npz(folder / "stored.npz", arrays());
  save_npz(folder / "deflated.npz", arrays(), {.compressed = true});
}

/// Whether an array is the ramp of this type.
bool is_ramp(const NumpyArray& array, const ArrayView& ramp) {
  return array.dtype() == ramp.dtype() && array.shape() == ramp.shape() &&
         std::memcmp(array.view().data(), ramp.data(), 24 * size_of(ramp.dtype())) == 0;
}

bool all_come_back(const fs::path& folder) {
  bool all = true;
  const auto expect = [&](const std::string& what, bool holds) {
    std::cout << (holds ? "ok " : "NOT OK ") << what << "\n";
    all = all && holds;
  };
  for (const char* file : {"savez.npz", "savez_compressed.npz"}) {
    const NpzFile read(folder / file);
    for (const auto& [name, view] : arrays()) {
      for (const char* form : {"", "_big", "_fortran"}) {
        expect(file + (": " + name) + form, is_ramp(read.read(name + form), view));
      }
    }
    const NumpyArray flags = read.read("bool");
    const auto* values = static_cast<const std::uint8_t*>(flags.view().data());
    expect(std::string(file) + ": bool", flags.dtype() == DType::uint8 && flags.shape() == Shape{3} && values[0] == 1 &&
                                             values[1] == 0 && values[2] == 1);
    expect(std::string(file) + ": single", read.read("single").shape().empty());
    expect(std::string(file) + ": none", read.read("none").shape() == Shape{0, 5});
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const bool reads = argc == 3 && std::string(argv[2]) == "back";
  if (argc != 2 && !reads) {
    std::cerr << "usage: write_for_numpy FOLDER [back]\n";
    return 2;
  }
  if (reads) return all_come_back(argv[1]) ? 0 : 1;
  write(argv[1]);
}
