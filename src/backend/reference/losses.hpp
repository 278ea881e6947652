// Means of element-wise errors, and the reduction of losses to one number.
#pragma once

#include <cmath>

#include "backend/reference/operands.hpp"

namespace sumi::backend::reference_detail {

template <class T>
void compute(const graph::PointwiseLoss& op, const Operands<T>& o) {
  const std::int64_t width = o.input_shapes[0].back();
  for (std::int64_t sample = 0; sample < output_count(o, 0); ++sample) {
    double sum = 0;
    for (std::int64_t i = sample * width; i < (sample + 1) * width; ++i) {
      const double error = static_cast<double>(o.inputs[0][i]) - static_cast<double>(o.inputs[1][i]);
      sum += op.kind == graph::PointwiseLossKind::squared_error ? error * error : std::abs(error);
    }
    o.outputs[0][sample] = static_cast<T>(sum / static_cast<double>(width));
  }
}

template <class T>
void compute(const graph::PointwiseLossBackward& op, const Operands<T>& o) {
  const std::int64_t width = o.input_shapes[0].back();
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    const double error = static_cast<double>(o.inputs[0][i]) - static_cast<double>(o.inputs[1][i]);
    const double sign = error > 0 ? 1.0 : error < 0 ? -1.0 : 0.0;
    const double slope = op.kind == graph::PointwiseLossKind::squared_error ? 2.0 * error : sign;
    o.outputs[0][i] = static_cast<T>(slope * o.inputs[2][i / width] / static_cast<double>(width));
  }
}

/// Weights of the losses of a batch, and what their weighted sum is divided by.
template <class T>
class LossWeights {
 public:
  LossWeights(graph::Reduction reduction, const Operands<T>& o)
      : values_shape_(o.input_shapes[0]), weights_shape_(o.input_shapes[1]), weights_(o.inputs[1]), mask_(o.inputs[2]) {
    if (reduction == graph::Reduction::sum) return;
    divisor_ = 0;
    for (std::int64_t i = 0; i < element_count(values_shape_); ++i) {
      if (counts(i)) divisor_ += reduction == graph::Reduction::mean_with_sample_weight ? weight(i) : 1.0;
    }
  }
  bool counts(std::int64_t i) const { return mask_ == nullptr || mask_[i] != T(0); }
  double weight(std::int64_t i) const {
    return static_cast<double>(weights_[broadcast_index(i, values_shape_, weights_shape_)]);
  }
  /// x / divisor; 0 where nothing counts.
  double divided(double x) const { return divisor_ == 0.0 ? 0.0 : x / divisor_; }

 private:
  const Shape& values_shape_;
  const Shape& weights_shape_;
  const T* weights_;
  const T* mask_;
  double divisor_ = 1.0;
};

template <class T>
void compute(const graph::ReduceLoss& op, const Operands<T>& o) {
  const LossWeights<T> weights(op.reduction, o);
  double sum = 0;
  for (std::int64_t i = 0; i < input_count(o, 0); ++i) {
    if (weights.counts(i)) sum += weights.weight(i) * static_cast<double>(o.inputs[0][i]);
  }
  o.outputs[0][0] = static_cast<T>(weights.divided(sum));
}

template <class T>
void compute(const graph::ReduceLossBackward& op, const Operands<T>& o) {
  const LossWeights<T> weights(op.reduction, o);
  const double dscalar = static_cast<double>(o.inputs[3][0]);
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    o.outputs[0][i] = static_cast<T>(weights.counts(i) ? weights.divided(dscalar * weights.weight(i)) : 0.0);
  }
}

}  // namespace sumi::backend::reference_detail
