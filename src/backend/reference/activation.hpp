// Element-wise functions and their derivatives.
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

}  // namespace sumi::backend::reference_detail
