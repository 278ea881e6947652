// Milliseconds of one training step and of one inference of the KMNIST CNN, as one line of JSON.
//
//     bench_train_step [--data DIR] [--threads N] [--steps N]
//
// The work is what Python frameworks are timed with: batches of 250 images in a new order, loss and accuracy kept for
// every batch. Minimum and median of ten blocks of steps.
#include <sumi/sumi.hpp>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "../sumi/kmnist_model.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Times {
  double min, median;
};

// Milliseconds per step of ten calls of `run`, each of which makes `steps` steps.
template <class Run>
Times time_blocks(int steps, Run run) {
  std::vector<double> times;
  for (int block = 0; block < 10; ++block) {
    const auto start = Clock::now();
    run();
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count() / steps);
  }
  std::sort(times.begin(), times.end());
  return {times[0], (times[4] + times[5]) / 2};
}

}  // namespace

int main(int argc, char** argv) try {
  const auto start = Clock::now();
  std::string folder;
  int threads = sumi::num_threads();
  int steps = 100;
  CLI::App app("Times one training step and one inference of the KMNIST CNN");
  app.add_option("--data", folder, "Folder with KMNIST's four IDX files");
  app.add_option("--threads", threads, "Number of threads")->capture_default_str();
  app.add_option("--steps", steps, "Training steps to time")->capture_default_str()->check(CLI::Range(10, 100000));
  CLI11_PARSE(app, argc, argv);
  sumi::set_num_threads(threads);

  constexpr int batch = 250;
  const auto [train, test] = sumi::datasets::kmnist::load_data({.folder = folder});
  const sumi::Tensor x = train.images.normalized();
  const sumi::ArrayView images(x);
  const sumi::ArrayView labels(train.labels);
  sumi::Sequential model = make_kmnist_model();
  model.fit(images.slice(0, batch), labels.slice(0, batch), {.batch_size = batch, .verbose = 0});
  const double first = std::chrono::duration<double>(Clock::now() - start).count();

  const int block = std::max(1, std::min<int>(steps / 10, static_cast<int>(images.samples() / batch)));
  const sumi::ArrayView some = images.slice(0, block * batch);
  const Times training =
      time_blocks(block, [&] { model.fit(some, labels.slice(0, block * batch), {.batch_size = batch, .verbose = 0}); });
  const sumi::PredictOptions quiet{.batch_size = batch, .verbose = 0};
  model.predict(some, quiet);
  const Times many = time_blocks(block, [&] { model.predict(some, quiet); });
  model.predict_on_batch(images.slice(0, 1));
  const Times one = time_blocks(500, [&] {
    for (int i = 0; i < 500; ++i) model.predict_on_batch(images.slice(0, 1));
  });
  std::printf(
      "{\"peer\": \"sumi\", \"threads\": %d, \"train_ms_per_step\": {\"min\": %.3f, \"median\": %.3f}, "
      "\"infer_250_ms\": {\"min\": %.3f, \"median\": %.3f}, \"infer_1_us\": {\"min\": %.1f, \"median\": %.1f}, "
      "\"start_to_first_batch_s\": %.2f}\n",
      threads, training.min, training.median, many.min, many.median, one.min * 1e3, one.median * 1e3, first);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_train_step: error: %s\n", error.what());
  return 1;
}
