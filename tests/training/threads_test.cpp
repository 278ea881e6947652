// One knob rules every thread of the process, the libraries' included.
#include "sumi/threads.hpp"

#include <chrono>
#include <filesystem>
#include <thread>

#include "sumi/error.hpp"
#include "sumi/layers.hpp"
#include "sumi/sequential.hpp"
#include "support/catch.hpp"

using namespace sumi;

namespace {

std::ptrdiff_t threads_of_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

// OpenMP ends the threads of a thread that has ended in its own time.
std::ptrdiff_t settled_threads_of_process() {
  std::ptrdiff_t count = threads_of_process();
  for (int quiet = 0; quiet < 20; ++quiet) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const std::ptrdiff_t now = threads_of_process();
    if (now != count) quiet = 0;
    count = now;
  }
  return count;
}

// How many threads a training and a prediction add to the one that they run in. OpenMP keeps its threads for each
// thread that asks, so that a fresh one shows what is asked for.
std::ptrdiff_t threads_added(int threads) {
  set_num_threads(threads);
  std::ptrdiff_t added = -1;
  std::thread([&added] {
    const std::ptrdiff_t before = settled_threads_of_process();
    // Large enough that every kernel, oneDNN's too, uses all threads that it may.
    const Tensor x = xt::ones<float>({64, 28, 28, 1});
    const std::vector<int> y(64, 1);
    Sequential model({Input{.shape = {28, 28, 1}}, Conv2D{.filters = 32, .kernel_size = 3, .activation = "relu"},
                      BatchNormalization{}, MaxPooling2D{}, Flatten{}, Dense{.units = 10, .activation = "softmax"}});
    model.compile({.optimizer = Adam{}, .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
    model.fit(x, y, {.batch_size = 64, .verbose = 0});
    model.predict(x, {.verbose = 0});
    added = threads_of_process() - before;
  }).join();
  return added;
}

}  // namespace

TEST_CASE("as many threads as set_num_threads says, and no more") {
  const int before = num_threads();
  for (const int threads : {1, 2, 3}) {
    INFO(threads);
    CHECK(threads_added(threads) == threads - 1);
  }
  set_num_threads(before);
}

TEST_CASE("at least one thread") {
  CHECK_THROWS_AS(set_num_threads(0), ArgumentError);
  CHECK_THROWS_AS(set_num_threads(-2), ArgumentError);
  CHECK(num_threads() >= 1);
}
