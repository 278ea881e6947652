// What the kernels of batch norms share: passes over an array with numbers per channel, in any layout.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "backend/cpu/channel_runs.hpp"
#include "backend/cpu/kernels.hpp"

namespace sumi::backend::cpu_detail {

/// Number c of an operand that may be absent.
inline double value_or(const float* data, std::int64_t c, double otherwise) {
  return data != nullptr ? static_cast<double>(data[c]) : otherwise;
}

/// Passes over the first input. Scratch holds two sums for each part of the work, then four rows of parameters, first
/// one number per channel, then expanded.
class ChannelKernel : public Kernel {
 public:
  ChannelKernel(std::string name, const OpCase& op)
      : name_(std::move(name)),
        runs_(op.inputs[0].shape, op.inputs[0].layout),
        threads_(threads_for(runs_.floats(), op.threads)) {}
  std::string name() const override { return "cpu/" + name_; }
  std::size_t scratch_floats() const override {
    return static_cast<std::size_t>(runs_.expanded() * (4 * threads_ + 8));
  }

 protected:
  /// Calls add(first float, floats, first parameter, sums, other sums) for all runs.
  template <class Add>
  void reduce(const Arguments& arguments, const Add& add) const {
    parallel(threads_, [&](int part) {
      double* sums = partial(arguments, part);
      std::fill_n(sums, 2 * runs_.expanded(), 0.0);
      runs_.for_each(part, threads_, [&](std::int64_t at, std::int64_t count, std::int64_t parameter) {
        add(at, count, parameter, sums + parameter, sums + runs_.expanded() + parameter);
      });
    });
  }
  /// Both sums of a channel, the parts merged in their order.
  std::pair<double, double> sums_of(const Arguments& arguments, std::int64_t c) const {
    std::pair<double, double> total = {0.0, 0.0};
    for (int part = 0; part < threads_; ++part) {
      total.first += runs_.fold(partial(arguments, part), c);
      total.second += runs_.fold(partial(arguments, part) + runs_.expanded(), c);
    }
    return total;
  }
  float* per_channel(const Arguments& arguments, int row) const {
    return arguments.scratch + (4 * threads_ + row) * runs_.expanded();
  }
  float* expanded(const Arguments& arguments, int row) const { return per_channel(arguments, 4 + row); }
  /// Expands the parameters and calls apply(first float, floats, first parameter) for all runs.
  template <class Apply>
  void apply(const Arguments& arguments, const Apply& apply_to) const {
    for (int row = 0; row < 4; ++row) runs_.expand(per_channel(arguments, row), expanded(arguments, row));
    parallel(threads_, [&](int part) { runs_.for_each(part, threads_, apply_to); });
  }

  std::string name_;
  ChannelRuns runs_;
  int threads_;

 private:
  double* partial(const Arguments& arguments, int part) const {
    return reinterpret_cast<double*>(arguments.scratch) + 2 * part * runs_.expanded();
  }
};

}  // namespace sumi::backend::cpu_detail
