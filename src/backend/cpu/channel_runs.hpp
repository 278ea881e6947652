// How channels lie in memory, whatever the layout: runs of floats in which the channel's number repeats with a period.
#pragma once

#include "backend/backend.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {

/// A plain array is one run; a blocked image is one run for each image and block of channels. The period is a multiple
/// of the channels of a run and of 16, so that a vector never straddles two rows of parameters.
class ChannelRuns {
 public:
  ChannelRuns(const Shape& shape, graph::Layout layout);

  std::int64_t channels() const { return channels_; }
  /// Elements of one channel.
  std::int64_t elements() const { return runs_ * run_floats_ / channels_; }
  std::int64_t floats() const { return runs_ * run_floats_; }
  std::int64_t period() const { return period_; }
  /// Numbers in an array of expanded parameters or sums: a multiple of 16.
  std::int64_t expanded() const { return groups_ * period_; }

  /// Writes one number per channel as kernels read it.
  void expand(const float* per_channel, float* to) const;
  /// The total over all repetitions of channel `c` in expanded sums.
  double fold(const double* sums, std::int64_t c) const;

  /// Calls visit(first float, floats, first expanded parameter) for the share of one part of the work.
  template <class Visit>
  void for_each(int part, int parts, const Visit& visit) const {
    if (groups_ == 1 && runs_ == 1) {
      const Slice rows = slice_of((run_floats_ + period_ - 1) / period_, part, parts);
      const std::int64_t begin = rows.begin * period_;
      const std::int64_t end = rows.end * period_ < run_floats_ ? rows.end * period_ : run_floats_;
      if (begin < end) visit(begin, end - begin, std::int64_t{0});
      return;
    }
    const Slice runs = slice_of(runs_, part, parts);
    for (std::int64_t run = runs.begin; run < runs.end; ++run) {
      visit(run * run_floats_, run_floats_, run % groups_ * period_);
    }
  }

 private:
  std::int64_t channels_ = 0;
  std::int64_t unit_ = 0;  // channels of a run
  std::int64_t runs_ = 0, run_floats_ = 0, period_ = 0;
  std::int64_t groups_ = 0;  // runs until the channels start again
};

}  // namespace sumi::backend::cpu_detail
