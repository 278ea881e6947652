// Which temporaries may share memory: those that never live at the same time.
#pragma once

#include <cstddef>
#include <vector>

namespace sumi::plan {

/// A buffer of `size` floats that is needed from step `first` to step `last`, both included.
struct Lifetime {
  std::size_t size = 0;
  int first = 0;
  int last = 0;
};

/// Where each buffer lies, in floats, and how many floats they take together.
struct MemoryPlan {
  std::vector<std::size_t> offsets;
  std::size_t total = 0;
};

/// Greedy by size: the largest buffers first, each into the tightest gap that is free all its life. Offsets are
/// multiples of 16 floats (64 bytes).
MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes);

}  // namespace sumi::plan
