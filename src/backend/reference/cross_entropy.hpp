// Cross entropy of predictions and labels, from logits and from probabilities, and its gradient.
#pragma once

#include <cmath>
#include <limits>

#include "backend/reference/operands.hpp"

namespace sumi::backend::reference_detail {

/// The labels of one sample as probabilities of its classes.
template <class T>
class Labels {
 public:
  /// Labels that are no class number of the predictions give NaN.
  Labels(const graph::CrossEntropy& op, const T* y_true, std::int64_t sample, std::int64_t classes)
      : row_(op.sparse ? nullptr : y_true + sample * classes),
        smoothing_(op.label_smoothing),
        classes_(static_cast<double>(classes)) {
    if (!op.sparse) return;
    const double label = static_cast<double>(y_true[sample]);
    ignored_ = op.ignore_class && label == static_cast<double>(*op.ignore_class);
    valid_ = label >= 0 && label < classes_;
    if (valid_) class_ = static_cast<std::int64_t>(label);
  }
  bool ignored() const { return ignored_; }
  double operator[](std::int64_t k) const {
    if (!valid_) return std::numeric_limits<double>::quiet_NaN();
    const double hard = row_ != nullptr ? static_cast<double>(row_[k]) : k == class_ ? 1.0 : 0.0;
    return hard * (1.0 - smoothing_) + smoothing_ / classes_;
  }

 private:
  const T* row_;
  double smoothing_;
  double classes_;
  bool ignored_ = false;
  bool valid_ = true;
  std::int64_t class_ = -1;
};

/// One row of predictions as log probabilities.
template <class T>
class LogProbabilities {
 public:
  LogProbabilities(const T* predictions, std::int64_t classes, bool from_logits)
      : row_(predictions), classes_(classes), from_logits_(from_logits) {
    if (from_logits) most_ = static_cast<double>(*std::max_element(row_, row_ + classes));
    for (std::int64_t k = 0; k < classes; ++k) {
      sum_ += from_logits ? std::exp(row_[k] - most_) : static_cast<double>(row_[k]);
    }
  }
  /// The probability of class k, not clipped.
  double probability(std::int64_t k) const { return (from_logits_ ? std::exp(row_[k] - most_) : row_[k]) / sum_; }
  /// Whether Keras clips the probability of class k.
  bool clipped(std::int64_t k) const { return !from_logits_ && !(clip(k) == static_cast<T>(probability(k))); }
  double log_probability(std::int64_t k) const {
    return from_logits_ ? row_[k] - most_ - std::log(sum_) : std::log(static_cast<double>(clip(k)));
  }
  double sum() const { return sum_; }
  std::int64_t classes() const { return classes_; }

 private:
  // In T, since 1 - 1e-7 as a float is another number.
  T clip(std::int64_t k) const {
    const T low = static_cast<T>(1e-7);
    return std::min(std::max(static_cast<T>(probability(k)), low), T(1) - low);
  }

  const T* row_;
  std::int64_t classes_;
  bool from_logits_;
  double most_ = 0;
  double sum_ = 0;
};

template <class T>
void compute(const graph::CrossEntropy& op, const Operands<T>& o) {
  const std::int64_t classes = o.input_shapes[0].back();
  for (std::int64_t sample = 0; sample < output_count(o, 0); ++sample) {
    const Labels<T> labels(op, o.inputs[1], sample, classes);
    const LogProbabilities<T> predicted(o.inputs[0] + sample * classes, classes, op.from_logits);
    double loss = 0;
    for (std::int64_t k = 0; k < classes; ++k) {
      // 0 * log 0 is 0.
      if (labels[k] != 0.0) loss -= labels[k] * predicted.log_probability(k);
    }
    o.outputs[0][sample] = static_cast<T>(labels.ignored() ? 0.0 : loss);
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
    const Labels<T> labels({}, o.inputs[1], sample, classes);
    const LogProbabilities<T> predicted(o.inputs[0] + sample * classes, classes, true);
    double loss = 0;
    for (std::int64_t k = 0; k < classes; ++k) {
      if (labels[k] != 0.0) loss -= labels[k] * predicted.log_probability(k);
      o.outputs[0][sample * classes + k] = static_cast<T>(predicted.probability(k));
    }
    o.outputs[1][sample] = static_cast<T>(loss);
  }
}

template <class T>
void compute(const graph::SoftmaxCrossEntropyBackward& /*op*/, const Operands<T>& o) {
  const std::int64_t classes = o.input_shapes[0].back();
  for (std::int64_t sample = 0; sample < input_count(o, 2); ++sample) {
    const Labels<T> labels({}, o.inputs[1], sample, classes);
    for (std::int64_t k = 0; k < classes; ++k) {
      const std::int64_t i = sample * classes + k;
      o.outputs[0][i] = static_cast<T>((o.inputs[0][i] - labels[k]) * o.inputs[2][sample]);
    }
  }
}

}  // namespace sumi::backend::reference_detail
