// Cross entropy of predictions and labels, from logits and from probabilities, and its gradient.
#pragma once

#include "backend/reference/operands.hpp"
#include "core/cross_entropy.hpp"

namespace sumi::backend::reference_detail {

template <class T>
void compute(const graph::CrossEntropy& op, const Operands<T>& o) {
  const std::int64_t classes = o.input_shapes[0].back();
  for (std::int64_t sample = 0; sample < output_count(o, 0); ++sample) {
    const Labels<T> labels(op, o.inputs[1], sample, classes);
    const LogProbabilities<T> predicted(o.inputs[0] + sample * classes, classes, op.from_logits);
    o.outputs[0][sample] = static_cast<T>(labels.ignored() ? 0.0 : cross_entropy(labels, predicted));
    if (T* mask = output(o, 1)) mask[sample] = labels.ignored() ? T(0) : T(1);
  }
}

template <class T>
void compute(const graph::CrossEntropyBackward& op, const Operands<T>& o) {
  const std::int64_t classes = o.input_shapes[0].back();
  for (std::int64_t sample = 0; sample < input_count(o, 2); ++sample) {
    const Labels<T> labels(op.forward, o.inputs[1], sample, classes);
    const LogProbabilities<T> predicted(o.inputs[0] + sample * classes, classes, op.forward.from_logits);
    const double dvalue = static_cast<double>(o.inputs[2][sample]);
    // Both ways the gradient is (weight * probability - label) / normaliser, where labels whose probability is clipped
    // don't count, and `weight` is the sum of those that do.
    double weight = 0;
    for (std::int64_t k = 0; k < classes; ++k) weight += predicted.clipped(k) ? 0.0 : labels[k];
    for (std::int64_t k = 0; k < classes; ++k) {
      const double p = predicted.probability(k);
      const double label = predicted.clipped(k) ? 0.0 : labels[k];
      // From logits d(-log p_j)/dx_k = p_k - [j == k]; from probabilities it is (1 - [j == k] / p_k) / sum.
      const double gradient =
          op.forward.from_logits ? weight * p - label : (weight - (label == 0.0 ? 0.0 : label / p)) / predicted.sum();
      o.outputs[0][sample * classes + k] = static_cast<T>(labels.ignored() ? 0.0 : dvalue * gradient);
    }
  }
}

template <class T>
void compute(const graph::SoftmaxCrossEntropy& /*op*/, const Operands<T>& o) {
  const std::int64_t classes = o.input_shapes[0].back();
  for (std::int64_t sample = 0; sample < output_count(o, 1); ++sample) {
    const Labels<T> labels(graph::CrossEntropy{}, o.inputs[1], sample, classes);
    const LogProbabilities<T> predicted(o.inputs[0] + sample * classes, classes, true);
    for (std::int64_t k = 0; k < classes; ++k) {
      o.outputs[0][sample * classes + k] = static_cast<T>(predicted.probability(k));
    }
    o.outputs[1][sample] = static_cast<T>(cross_entropy(labels, predicted));
  }
}

template <class T>
void compute(const graph::SoftmaxCrossEntropyBackward& /*op*/, const Operands<T>& o) {
  const std::int64_t classes = o.input_shapes[0].back();
  for (std::int64_t sample = 0; sample < input_count(o, 2); ++sample) {
    const Labels<T> labels(graph::CrossEntropy{}, o.inputs[1], sample, classes);
    for (std::int64_t k = 0; k < classes; ++k) {
      const std::int64_t i = sample * classes + k;
      o.outputs[0][i] = static_cast<T>((o.inputs[0][i] - labels[k]) * o.inputs[2][sample]);
    }
  }
}

}  // namespace sumi::backend::reference_detail
