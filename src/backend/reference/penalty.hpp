// Penalties, which their regularizers compute in double.
#pragma once

#include <span>

#include "backend/reference/operands.hpp"

namespace sumi::backend::reference_detail {

template <class T>
void compute(const graph::Penalty& op, const Operands<T>& o) {
  const std::int64_t count = input_count(o, 0);
  Scratch scratch(o, count);
  std::copy_n(o.inputs[0], count, scratch.data());
  const std::span<const double> w(scratch.data(), static_cast<std::size_t>(count));
  o.outputs[0][0] = static_cast<T>(op.scale * op.regularizer->penalty_of(w, o.input_shapes[0]));
}

template <class T>
void compute(const graph::PenaltyBackward& op, const Operands<T>& o) {
  const std::int64_t count = input_count(o, 0);
  const auto size = static_cast<std::size_t>(count);
  Scratch scratch(o, 2 * count);
  double* gradient = scratch.data() + count;
  std::copy_n(o.inputs[0], count, scratch.data());
  std::fill_n(gradient, count, 0.0);
  op.regularizer->add_gradient_of({scratch.data(), size}, o.input_shapes[0],
                                  op.scale * static_cast<double>(o.inputs[1][0]), {gradient, size});
  for (std::int64_t i = 0; i < count; ++i) o.outputs[0][i] = static_cast<T>(gradient[i]);
}

}  // namespace sumi::backend::reference_detail
