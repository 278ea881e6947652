// Cross entropy of one row of predictions with its labels: what the reference backend and the metrics share.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/pointwise_loss.hpp"

namespace sumi {

/// The labels of one sample as probabilities of its classes.
template <class T>
class Labels {
 public:
  /// `rule`: what has `sparse`, `label_smoothing` and `ignore_class`. Labels that are no class number of the
  /// predictions give NaN.
  template <class Rule>
  Labels(const Rule& rule, const T* y_true, std::int64_t sample, std::int64_t classes)
      : row_(rule.sparse ? nullptr : y_true + sample * classes),
        smoothing_(rule.label_smoothing),
        classes_(static_cast<double>(classes)) {
    if (!rule.sparse) return;
    const double label = static_cast<double>(y_true[sample]);
    ignored_ = rule.ignore_class && label == static_cast<double>(*rule.ignore_class);
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
  T clip(std::int64_t k) const { return std::min(std::max(static_cast<T>(probability(k)), fuzz<T>), T(1) - fuzz<T>); }

  const T* row_;
  std::int64_t classes_;
  bool from_logits_;
  double most_ = 0;
  double sum_ = 0;
};

/// -sum labels log p over a row.
template <class T>
double cross_entropy(const Labels<T>& labels, const LogProbabilities<T>& predicted) {
  double loss = 0;
  for (std::int64_t k = 0; k < predicted.classes(); ++k) {
    if (labels[k] != 0.0) loss -= labels[k] * predicted.log_probability(k);  // 0 log 0 is 0
  }
  return loss;
}

}  // namespace sumi
