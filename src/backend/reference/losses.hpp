// Losses of pairs of numbers and of rows, and the reduction of losses to one number.
#pragma once

#include "backend/reference/operands.hpp"
#include "core/pointwise_loss.hpp"
#include "core/row_loss.hpp"

namespace sumi::backend::reference_detail {

template <class T>
void compute(const graph::PointwiseLoss& op, const Operands<T>& o) {
  const std::int64_t width = o.input_shapes[0].back();
  const PointwiseFormula<T> formula(op.kind, op.arguments, o.inputs[1], input_count(o, 1));
  for (std::int64_t row = 0; row < output_count(o, 0); ++row) {
    double sum = 0;
    for (std::int64_t i = row * width; i < (row + 1) * width; ++i) sum += formula.value(o.inputs[1][i], o.inputs[0][i]);
    o.outputs[0][row] = static_cast<T>(sum / formula.divisor(width));
  }
}

template <class T>
void compute(const graph::PointwiseLossBackward& op, const Operands<T>& o) {
  const std::int64_t width = o.input_shapes[0].back();
  const PointwiseFormula<T> formula(op.forward.kind, op.forward.arguments, o.inputs[1], input_count(o, 1));
  for (std::int64_t i = 0; i < output_count(o, 0); ++i) {
    const double slope = formula.slope(o.inputs[1][i], o.inputs[0][i]);
    o.outputs[0][i] = static_cast<T>(slope * o.inputs[2][i / width] / formula.divisor(width));
  }
}

/// Calls body(row, formula) for each row, the formula being the one of the op's kind.
template <class T, class Body>
void for_each_row(const graph::RowLoss& op, const Operands<T>& o, const Body& body) {
  const std::int64_t width = o.input_shapes[0].back();
  for (std::int64_t row = 0; row < input_count(o, 0) / width; ++row) {
    const T *predicted = o.inputs[0] + row * width, *truth = o.inputs[1] + row * width;
    switch (op.kind) {
      case RowLossKind::cosine_similarity:
        body(row, CosineRow<T>(truth, predicted, width));
        break;
      case RowLossKind::categorical_hinge:
        body(row, CategoricalHingeRow<T>(truth, predicted, width));
        break;
      case RowLossKind::categorical_focal_cross_entropy:
        body(row, CategoricalFocalRow<T>(op.arguments, truth, predicted, width));
        break;
    }
  }
}

template <class T>
void compute(const graph::RowLoss& op, const Operands<T>& o) {
  for_each_row(op, o,
               [&](std::int64_t row, const auto& formula) { o.outputs[0][row] = static_cast<T>(formula.value()); });
}

template <class T>
void compute(const graph::RowLossBackward& op, const Operands<T>& o) {
  const std::int64_t width = o.input_shapes[0].back();
  for_each_row(op.forward, o, [&](std::int64_t row, const auto& formula) {
    for (std::int64_t k = 0; k < width; ++k) {
      o.outputs[0][row * width + k] = static_cast<T>(formula.slope(k) * o.inputs[2][row]);
    }
  });
}

/// Weights of the losses of a batch, and what their weighted sum is divided by.
template <class T>
class LossWeights {
 public:
  LossWeights(graph::Reduction reduction, const Operands<T>& o)
      : values_shape_(o.input_shapes[0]),
        weights_shape_(o.input_shapes[1]),
        weights_(o.inputs[1]),
        mask_(o.inputs[2]),
        neighbours_(neighbours_of_one_weight(values_shape_, weights_shape_)) {
    if (reduction == graph::Reduction::sum) return;
    divisor_ = 0;
    for (std::int64_t i = 0; i < element_count(values_shape_); ++i) {
      if (counts(i)) divisor_ += reduction == graph::Reduction::mean_with_sample_weight ? weight(i) : 1.0;
    }
  }
  bool counts(std::int64_t i) const { return mask_ == nullptr || mask_[i] != T(0); }
  double weight(std::int64_t i) const {
    return static_cast<double>(
        weights_[neighbours_ > 0 ? i / neighbours_ : broadcast_index(i, values_shape_, weights_shape_)]);
  }
  /// x / divisor; 0 where nothing counts.
  double divided(double x) const { return divisor_ == 0.0 ? 0.0 : x / divisor_; }

 private:
  /// How many values beside one another have the same weight; 0 where it takes more than a division to find theirs.
  static std::int64_t neighbours_of_one_weight(const Shape& values, const Shape& weights) {
    if (values.size() != weights.size()) return 0;
    std::size_t same = 0;
    while (same < values.size() && values[same] == weights[same]) ++same;
    std::int64_t neighbours = 1;
    for (std::size_t i = same; i < values.size(); ++i) {
      if (weights[i] != 1) return 0;
      neighbours *= values[i];
    }
    return neighbours;
  }

  const Shape& values_shape_;
  const Shape& weights_shape_;
  const T* weights_;
  const T* mask_;
  std::int64_t neighbours_;
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
