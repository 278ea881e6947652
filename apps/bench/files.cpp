// How long saving and loading take: the KMNIST network with its optimizer's state, and a large model beside writing as
// many bytes to the disk.
#include <sumi/layers.hpp>
#include <sumi/saving.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <vector>

#include "../sumi/kmnist_model.hpp"

using namespace sumi;
namespace fs = std::filesystem;

namespace {

template <class Action>
double milliseconds(Action action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

template <class Action>
double median_of(int times, Action action) {
  std::vector<double> all;
  for (int i = 0; i < times; ++i) all.push_back(milliseconds(action));
  std::nth_element(all.begin(), all.begin() + times / 2, all.end());
  return all[static_cast<std::size_t>(times / 2)];
}

/// As `dd conv=fsync` does.
void write_and_sync(const fs::path& file, std::size_t megabytes) {
  const std::vector<char> block(std::size_t{1} << 20);
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  for (std::size_t i = 0; i < megabytes; ++i) {
    if (write(descriptor, block.data(), block.size()) < 0) std::cerr << "can't write " << file << "\n";
  }
  fsync(descriptor);
  close(descriptor);
}

void bench_kmnist(const fs::path& folder, int times) {
  Sequential model = make_kmnist_model();
  Tensor x = Tensor::from_shape({1, 28, 28, 1});
  x.fill(0);
  model.train_on_batch(x, std::vector<int>{1});
  const fs::path file = folder / "bench.keras";
  model.save(file);
  std::cout << "save " << median_of(times, [&] { model.save(file); }) << " ms\n";
  std::cout << "load " << median_of(times, [&] { load_model(file); }) << " ms\n";
  fs::remove(file);
}

void bench_large(const fs::path& folder, int megabytes) {
  // A square matrix and a small one in front of it.
  const int width = static_cast<int>(std::sqrt(megabytes * 1048576.0 / sizeof(float)));
  Sequential model({Input{.shape = {8}}, Dense{.units = width, .kernel_initializer = "zeros"},
                    Dense{.units = width, .kernel_initializer = "zeros"}});
  const fs::path file = folder / "bench.keras", raw = folder / "bench.raw";
  for (int i = 0; i < 2; ++i) {
    const double plain = milliseconds([&] { write_and_sync(raw, static_cast<std::size_t>(megabytes)); });
    const double saved = milliseconds([&] { model.save(file); });
    const double loaded = milliseconds([&] { load_model(file); });
    std::cout << megabytes << " MB: write and sync " << plain << " ms, save " << saved << " ms (" << plain / saved
              << " of its speed), load " << loaded << " ms\n";
  }
  fs::remove(file);
  fs::remove(raw);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Times saving and loading");
  fs::path folder = ".";
  int times = 20, megabytes = 0;
  app.add_option("--folder", folder, "Where to write")->capture_default_str();
  app.add_option("--times", times, "Of which the median is taken")->capture_default_str();
  app.add_option("--megabytes", megabytes, "Of a large model; 0: none")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  bench_kmnist(folder, times);
  if (megabytes > 0) bench_large(folder, megabytes);
}
