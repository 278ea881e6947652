// Makes num_threads() hold for everything below the current call, OpenMP regions of other libraries included.
#pragma once

namespace sumi {

/// While it lives, parallel regions started by this thread use num_threads() threads.
class ThreadScope {
 public:
  ThreadScope();
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

}  // namespace sumi
