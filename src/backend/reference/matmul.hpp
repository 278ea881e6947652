// Matrix product, bias and bias gradient.
#pragma once

#include "backend/reference/activation.hpp"
#include "backend/reference/operands.hpp"

namespace sumi::backend::reference_detail {

template <class T>
void compute(const graph::MatMul& op, const Operands<T>& o) {
  const T* a = o.inputs[0];
  const T* b = o.inputs[1];
  const T* bias = input(o, 2);
  const Shape& a_shape = o.input_shapes[0];
  const std::int64_t rows = o.output_shapes[0][0];
  const std::int64_t columns = o.output_shapes[0][1];
  const std::int64_t inner = op.transpose_a ? a_shape[0] : a_shape[1];
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      double sum = bias != nullptr ? static_cast<double>(bias[j]) : 0.0;
      for (std::int64_t k = 0; k < inner; ++k) {
        const T left = a[op.transpose_a ? k * rows + i : i * inner + k];
        const T right = b[op.transpose_b ? j * inner + k : k * columns + j];
        sum += static_cast<double>(left) * static_cast<double>(right);
      }
      o.outputs[0][i * columns + j] = static_cast<T>(activation(op.epilogue, {}, sum));
    }
  }
}

template <class T>
void compute(const graph::AddBias& /*op*/, const Operands<T>& o) {
  const std::int64_t channels = o.input_shapes[1][0];
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) o.outputs[0][i] = o.inputs[0][i] + o.inputs[1][i % channels];
}

template <class T>
void compute(const graph::SumToBias& /*op*/, const Operands<T>& o) {
  const std::int64_t channels = o.output_shapes[0][0];
  Sums sums(o, channels);
  for (std::int64_t i = 0; i < input_count(o, 0); ++i) sums[i % channels] += static_cast<double>(o.inputs[0][i]);
  sums.store(o.outputs[0]);
}

}  // namespace sumi::backend::reference_detail
