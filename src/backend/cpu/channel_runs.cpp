// Finds runs and periods.
#include "backend/cpu/channel_runs.hpp"

#include <numeric>

namespace sumi::backend::cpu_detail {

ChannelRuns::ChannelRuns(const Shape& shape, graph::Layout layout) : channels_(shape.back()) {
  const std::int64_t block = graph::block_of(layout);
  const std::int64_t floats = element_count(shape);
  unit_ = block == 0 ? channels_ : block;
  groups_ = channels_ / unit_;
  runs_ = block == 0 ? 1 : shape[0] * groups_;
  run_floats_ = floats / runs_;
  period_ = std::lcm(unit_, std::int64_t{16});
}

void ChannelRuns::expand(const float* per_channel, float* to) const {
  for (std::int64_t group = 0; group < groups_; ++group) {
    for (std::int64_t repeat = 0; repeat < period_; repeat += unit_) {
      for (std::int64_t i = 0; i < unit_; ++i) to[group * period_ + repeat + i] = per_channel[group * unit_ + i];
    }
  }
}

double ChannelRuns::fold(const double* sums, std::int64_t c) const {
  double total = 0;
  const double* first = sums + c / unit_ * period_ + c % unit_;
  for (std::int64_t repeat = 0; repeat < period_; repeat += unit_) total += first[repeat];
  return total;
}

}  // namespace sumi::backend::cpu_detail
