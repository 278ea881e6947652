#include "datasets/prefetch.hpp"

#include <utility>

namespace sumi::datasets {

Prefetch::Prefetch(Dataset::Next make, std::size_t most)
    : make_(std::move(make)), most_(most), thread_([this] { run(); }) {}

Prefetch::~Prefetch() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Prefetch::run() {
  std::unique_lock lock(mutex_);
  while (!stopped_ && !ended_) {
    lock.unlock();
    std::optional<Batch> batch;
    std::exception_ptr error;
    try {
      batch = make_();
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    error_ = error;
    ended_ = !batch;
    if (batch) ready_.push_back(std::move(*batch));
    changed_.notify_all();
    changed_.wait(lock, [this] { return stopped_ || ended_ || ready_.size() < most_; });
  }
}

std::optional<Batch> Prefetch::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ended_ || !ready_.empty(); });
  if (ready_.empty()) {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    return std::nullopt;
  }
  std::optional<Batch> batch = std::move(ready_.front());
  ready_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return batch;
}

}  // namespace sumi::datasets
