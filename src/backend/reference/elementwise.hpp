// What happens to each element alone, and what only moves elements.
#pragma once

#include "backend/reference/operands.hpp"
#include "core/random.hpp"

namespace sumi::backend::reference_detail {

template <class T>
void compute(const graph::Dropout& op, const Operands<T>& o) {
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    const std::int64_t noise = broadcast_index(i, o.input_shapes[0], op.noise_shape);
    const bool kept = uniform_at(op.seed, o.step, static_cast<std::uint64_t>(noise)) >= op.rate;
    o.outputs[0][i] = kept ? o.inputs[0][i] * static_cast<T>(op.scale) : static_cast<T>(op.dropped);
  }
}

template <class T>
void compute(const graph::GaussianNoise& op, const Operands<T>& o) {
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    const auto x = static_cast<double>(o.inputs[0][i]);
    const double noise = op.stddev * normal_at(op.seed, o.step, static_cast<std::uint64_t>(i));
    o.outputs[0][i] = static_cast<T>(op.multiplies ? x * (1.0 + noise) : x + noise);
  }
}

template <class T>
void compute(const graph::Affine& op, const Operands<T>& o) {
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    const auto at = [&](const std::vector<double>& numbers) {
      return numbers[static_cast<std::size_t>(i) % numbers.size()];
    };
    o.outputs[0][i] = static_cast<T>(o.inputs[0][i] * at(op.scale) + at(op.offset));
  }
}

template <class T>
void compute(const graph::Add& /*op*/, const Operands<T>& o) {
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    double sum = 0;
    for (const T* x : o.inputs) sum += static_cast<double>(x[i]);
    o.outputs[0][i] = static_cast<T>(sum);
  }
}

template <class T>
void compute(const graph::Multiply& /*op*/, const Operands<T>& o) {
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) o.outputs[0][i] = o.inputs[0][i] * o.inputs[1][i];
}

template <class T>
void copy(const Operands<T>& o) {
  if (o.inputs[0] != o.outputs[0]) std::copy_n(o.inputs[0], output_count(o, 0), o.outputs[0]);
}
template <class T>
void compute(const graph::Reshape& /*op*/, const Operands<T>& o) {
  copy(o);
}
template <class T>
void compute(const graph::Reorder& /*op*/, const Operands<T>& o) {
  copy(o);
}

template <class T>
void compute(const graph::Transpose& op, const Operands<T>& o) {
  const Shape& x = o.input_shapes[0];
  const Shape& y = o.output_shapes[0];
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    std::int64_t from = 0;
    for (std::size_t axis = 0; axis < y.size(); ++axis) {
      from += i / stride_of(y, axis) % y[axis] * stride_of(x, static_cast<std::size_t>(op.axes[axis]));
    }
    o.outputs[0][i] = o.inputs[0][from];
  }
}

}  // namespace sumi::backend::reference_detail
