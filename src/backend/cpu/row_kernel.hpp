// Kernels that go through rows, each by itself: threads divide the rows.
#pragma once

#include <string>
#include <utility>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {

/// Calls op(arguments, first row, end) for each thread's rows.
template <class Op>
class RowKernel final : public Kernel {
 public:
  /// `work`: what the whole op costs, in floats that are moved.
  RowKernel(std::string name, std::int64_t rows, std::int64_t work, int threads, const Op& op)
      : name_(std::move(name)), rows_(rows), threads_(threads_for(work, threads)), op_(op) {}
  std::string name() const override { return "cpu/" + name_; }
  void run(const Arguments& arguments) override {
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(rows_, part, threads_);
      op_(arguments, slice.begin, slice.end);
    });
  }

 private:
  std::string name_;
  std::int64_t rows_;
  int threads_;
  Op op_;
};

/// A kernel over the rows of the first input, which are `size` long, that takes so much work for each float. Refuses
/// layouts that are not plain.
template <class Op>
Answer make_row_kernel(const std::string& name, const OpCase& made_for, std::int64_t size, std::int64_t work_per_float,
                       const Op& op) {
  for (const auto* operands : {&made_for.inputs, &made_for.outputs}) {
    for (const Operand& operand : *operands) {
      if (operand.layout != graph::Layout::plain) return refuse("cpu/" + name + ": takes plain layouts only");
    }
  }
  const std::int64_t floats = element_count(made_for.inputs[0].shape);
  return {std::make_unique<RowKernel<Op>>(name, floats / size, floats * work_per_float, made_for.threads, op), {}};
}

}  // namespace sumi::backend::cpu_detail
