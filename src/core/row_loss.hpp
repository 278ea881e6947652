// The formulas of losses of whole rows, with their gradients: what the reference backend and the metrics share.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/pointwise_loss.hpp"

namespace sumi {

/// Keras makes a row a unit vector with 1 / |x|, but with no more than this.
inline constexpr double longest_inverse = 1e7;

template <class T>
double inverse_norm(const T* x, std::int64_t count) {
  double sum = 0;
  for (std::int64_t k = 0; k < count; ++k) sum += static_cast<double>(x[k]) * static_cast<double>(x[k]);
  return std::min(1.0 / std::sqrt(sum), longest_inverse);
}

/// The negative cosine of the angle between two rows; 0 where one of them is 0.
template <class T>
class CosineRow {
 public:
  CosineRow(const T* y_true, const T* y_pred, std::int64_t count)
      : y_true_(y_true),
        y_pred_(y_pred),
        true_inverse_(inverse_norm(y_true, count)),
        pred_inverse_(inverse_norm(y_pred, count)) {
    for (std::int64_t k = 0; k < count; ++k)
      product_ += static_cast<double>(y_true[k]) * static_cast<double>(y_pred[k]);
  }
  double value() const { return -product_ * true_inverse_ * pred_inverse_; }
  double slope(std::int64_t k) const {
    const double along = pred_inverse_ < longest_inverse
                             ? product_ * static_cast<double>(y_pred_[k]) * pred_inverse_ * pred_inverse_
                             : 0.0;
    return (along - static_cast<double>(y_true_[k])) * true_inverse_ * pred_inverse_;
  }

 private:
  const T* y_true_;
  const T* y_pred_;
  double true_inverse_, pred_inverse_, product_ = 0;
};

/// max(neg - pos + 1, 0), where pos is the sum of y_true y_pred and neg the largest of (1 - y_true) y_pred.
template <class T>
class CategoricalHingeRow {
 public:
  CategoricalHingeRow(const T* y_true, const T* y_pred, std::int64_t count) : y_true_(y_true) {
    double pos = 0, neg = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      const double t = static_cast<double>(y_true[k]), p = static_cast<double>(y_pred[k]);
      pos += t * p;
      if (k != 0 && !((1.0 - t) * p > neg)) continue;
      neg = (1.0 - t) * p;
      most_ = k;
    }
    value_ = std::max(neg - pos + 1.0, 0.0);
  }
  double value() const { return value_; }
  double slope(std::int64_t k) const {
    const double t = static_cast<double>(y_true_[k]);
    return value_ == 0.0 ? 0.0 : (k == most_ ? 1.0 - t : 0.0) - t;
  }

 private:
  const T* y_true_;
  std::int64_t most_ = 0;
  double value_ = 0;
};

/// -alpha sum (1 - p)^gamma y_true log p, where p are the predictions divided by their sum and clipped.
template <class T>
class CategoricalFocalRow {
 public:
  CategoricalFocalRow(const LossArguments& arguments, const T* y_true, const T* y_pred, std::int64_t count)
      : alpha_(arguments.alpha.value_or(1.0)), gamma_(arguments.gamma), y_true_(y_true), y_pred_(y_pred) {
    for (std::int64_t k = 0; k < count; ++k) sum_ += static_cast<double>(y_pred[k]);
    for (std::int64_t k = 0; k < count; ++k) {
      value_ -= factor(k) * std::pow(1.0 - clipped(k), gamma_) * std::log(clipped(k));
      mean_slope_ += clipped_slope(k) * probability(k);
    }
  }
  double value() const { return value_; }
  double slope(std::int64_t k) const { return (clipped_slope(k) - mean_slope_) / sum_; }

 private:
  double factor(std::int64_t k) const { return alpha_ * static_cast<double>(y_true_[k]); }
  double probability(std::int64_t k) const { return static_cast<double>(y_pred_[k]) / sum_; }
  double clipped(std::int64_t k) const {
    return static_cast<double>(std::min(std::max(static_cast<T>(probability(k)), fuzz<T>), T(1) - fuzz<T>));
  }
  /// By the clipped probability; 0 where it was clipped.
  double clipped_slope(std::int64_t k) const {
    const double p = clipped(k), wrong = 1.0 - p;
    if (static_cast<T>(p) != static_cast<T>(probability(k))) return 0.0;
    const double by_power = gamma_ == 0.0 ? 0.0 : gamma_ * std::pow(wrong, gamma_ - 1.0) * std::log(p);
    return factor(k) * (by_power - std::pow(wrong, gamma_) / p);
  }

  double alpha_, gamma_;
  const T* y_true_;
  const T* y_pred_;
  double sum_ = 0, value_ = 0, mean_slope_ = 0;
};

}  // namespace sumi
