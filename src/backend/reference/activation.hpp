// Element-wise functions, prelu and glu, and their derivatives.
#pragma once

#include "backend/reference/operands.hpp"

namespace sumi::backend::reference_detail {

/// The function's value at x.
double activation(ActivationKind kind, const ActivationArguments& arguments, double x);
/// Its derivative, from its value where graph::reads_output() says so, otherwise from its argument. Where there is none
/// it is that of the side towards zero: relu'(0) = 0.
double activation_derivative(ActivationKind kind, const ActivationArguments& arguments, double value);

template <class T>
void compute(const graph::Activate& op, const Operands<T>& o) {
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    o.outputs[0][i] = static_cast<T>(activation(op.kind, op.arguments, o.inputs[0][i]));
  }
}

template <class T>
void compute(const graph::ActivateBackward& op, const Operands<T>& o) {
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    const double slope = activation_derivative(op.kind, op.arguments, o.inputs[0][i]);
    o.outputs[0][i] = static_cast<T>(slope * o.inputs[1][i]);
  }
}

template <class T>
void compute(const graph::PRelu& /*op*/, const Operands<T>& o) {
  const Shape& shape = o.input_shapes[0];
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    const T x = o.inputs[0][i];
    o.outputs[0][i] = x > 0 ? x : o.inputs[1][broadcast_index(i, shape, o.input_shapes[1])] * x;
  }
}

template <class T>
void compute(const graph::PReluBackward& /*op*/, const Operands<T>& o) {
  const Shape& shape = o.input_shapes[0];
  T* dx = output(o, 0);
  T* dalpha = output(o, 1);
  Sums sums(o, input_count(o, 1));
  for (std::int64_t i = 0; i < input_count(o, 0); ++i) {
    const double x = static_cast<double>(o.inputs[0][i]);
    const double dy = static_cast<double>(o.inputs[2][i]);
    const std::int64_t at = broadcast_index(i, shape, o.input_shapes[1]);
    if (dx != nullptr) dx[i] = static_cast<T>(x > 0 ? dy : x < 0 ? o.inputs[1][at] * dy : x * 0);
    if (!(x > 0)) sums[at] += x * dy;
  }
  if (dalpha != nullptr) sums.store(dalpha);
}

template <class T>
void compute(const graph::Glu& /*op*/, const Operands<T>& o) {
  const std::int64_t half = o.output_shapes[0].back();
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    const T* x = o.inputs[0] + i / half * 2 * half + i % half;
    o.outputs[0][i] = static_cast<T>(x[0] * activation(ActivationKind::sigmoid, {}, x[half]));
  }
}

template <class T>
void compute(const graph::GluBackward& /*op*/, const Operands<T>& o) {
  const std::int64_t half = o.input_shapes[1].back();
  for (std::int64_t i = 0; i < input_count(o, 1); ++i) {
    const std::int64_t at = i / half * 2 * half + i % half;
    const T* x = o.inputs[0] + at;
    const double gate = activation(ActivationKind::sigmoid, {}, x[half]);
    const double closed = activation(ActivationKind::sigmoid, {}, -x[half]);
    o.outputs[0][at] = static_cast<T>(o.inputs[1][i] * gate);
    o.outputs[0][at + half] = static_cast<T>(o.inputs[1][i] * x[0] * gate * closed);
  }
}

}  // namespace sumi::backend::reference_detail
