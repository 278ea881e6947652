// NumPy's files, single arrays and archives of them.
#include "fuzz/fuzz.hpp"
#include "sumi/numpy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sumi;
  const auto file = fuzz::as_file(data, size, ".npz");
  fuzz::may_refuse([&] { load_npy(file).as_float(); });
  return fuzz::may_refuse([&] {
    const NpzFile arrays(file);
    for (const std::string& name : arrays.names()) fuzz::may_refuse([&] { arrays.read(name).as_float(); });
  });
}
