#include "plan/memory.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace sumi::plan {

namespace {
std::size_t aligned(std::size_t floats) { return (floats + 15) / 16 * 16; }
}  // namespace

MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes) {
  MemoryPlan plan;
  plan.offsets.resize(lifetimes.size());
  std::vector<std::size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lifetimes[a].size > lifetimes[b].size; });

  std::vector<std::size_t> placed;  // sorted by offset
  for (const std::size_t i : order) {
    const Lifetime& mine = lifetimes[i];
    const std::size_t size = aligned(mine.size);
    std::size_t end = 0;  // of the neighbours seen so far
    std::size_t best = std::numeric_limits<std::size_t>::max();
    std::size_t best_gap = std::numeric_limits<std::size_t>::max();
    for (const std::size_t j : placed) {
      const Lifetime& other = lifetimes[j];
      if (other.last < mine.first || mine.last < other.first) continue;
      if (plan.offsets[j] >= end + size && plan.offsets[j] - end < best_gap) {
        best = end;
        best_gap = plan.offsets[j] - end;
      }
      end = std::max(end, plan.offsets[j] + aligned(other.size));
    }
    plan.offsets[i] = best_gap == std::numeric_limits<std::size_t>::max() ? end : best;
    plan.total = std::max(plan.total, plan.offsets[i] + size);
    const auto by_offset = [&](std::size_t a, std::size_t b) { return plan.offsets[a] < plan.offsets[b]; };
    placed.insert(std::upper_bound(placed.begin(), placed.end(), i, by_offset), i);
  }
  return plan;
}

}  // namespace sumi::plan
