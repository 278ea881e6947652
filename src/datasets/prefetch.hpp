// Batches made ahead of time, on a thread of their own.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "sumi/dataset.hpp"

namespace sumi::datasets {

/// Runs a pass on a thread that is at most so many batches ahead. Its end waits for the batch being made.
class Prefetch {
 public:
  Prefetch(Dataset::Next make, std::size_t most);
  ~Prefetch();
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  /// The next batch, or nothing at the end, now and ever after. Throws what making it threw.
  std::optional<Batch> next();

 private:
  void run();

  Dataset::Next make_;
  std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by the mutex.
  std::deque<Batch> ready_;
  std::exception_ptr error_;
  bool ended_ = false;    // nothing more will be made
  bool stopped_ = false;  // nobody wants more
  // The last member: the thread sees the others.
  std::thread thread_;
};

}  // namespace sumi::datasets
