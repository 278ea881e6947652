#include "sumi/threads.hpp"

#include <omp.h>

#include <atomic>
#include <string>

#include "core/thread_scope.hpp"
#include "sumi/error.hpp"

namespace sumi {

namespace {
// 0 until it is set: then the cores that the process may run on, or OMP_NUM_THREADS.
std::atomic<int> chosen{0};
}  // namespace

void set_num_threads(int threads) {
  if (threads < 1) {
    throw ArgumentError("Expected at least one thread. Received threads=" + std::to_string(threads) + ".");
  }
  chosen = threads;
}

int num_threads() {
  const int threads = chosen;
  return threads > 0 ? threads : omp_get_max_threads();
}

ThreadScope::ThreadScope() : before_(omp_get_max_threads()) { omp_set_num_threads(num_threads()); }

ThreadScope::~ThreadScope() { omp_set_num_threads(before_); }

}  // namespace sumi
