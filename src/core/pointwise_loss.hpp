// The formulas of losses that compare two numbers, with their slopes: what the reference backend and the metrics share.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "sumi/lowering.hpp"

namespace sumi {

/// What Keras keeps denominators and logarithms away from 0 with.
template <class T>
inline constexpr T fuzz = static_cast<T>(1e-7);

/// log(1 + e^x) without overflow.
inline double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

/// Whether all labels are 0 or 1: then the hinge losses take them for -1 and 1.
template <class T>
bool are_binary(const T* labels, std::int64_t count) {
  return std::all_of(labels, labels + count, [](T label) { return label == T(0) || label == T(1); });
}

/// The loss of one pair and its derivative by the prediction. T is the type of the data, in which Keras clips: 1 - 1e-7
/// is another number in float than in double.
template <class T>
class PointwiseFormula {
 public:
  using Kind = PointwiseLossKind;

  /// `y_true`: all labels of the batch.
  PointwiseFormula(Kind kind, const LossArguments& arguments, const T* y_true, std::int64_t count)
      : kind_(kind), arguments_(arguments) {
    const bool hinge = kind == Kind::hinge || kind == Kind::squared_hinge;
    binary_labels_ = hinge && are_binary(y_true, count);
  }

  /// What the sum over a row of so many pairs is divided by.
  double divisor(std::int64_t width) const { return kind_ == Kind::kl_divergence ? 1.0 : static_cast<double>(width); }

  double value(T truth, T prediction) const {
    const double t = label(truth), p = static_cast<double>(prediction), error = p - t;
    switch (kind_) {
      case Kind::squared_error:
        return error * error;
      case Kind::absolute_error:
        return std::abs(error);
      case Kind::absolute_percentage_error:
        return 100.0 * std::abs(error) / base(truth);
      case Kind::squared_logarithmic_error:
        return std::pow(logarithm(prediction) - logarithm(truth), 2);
      case Kind::huber:
        return std::abs(error) <= arguments_.delta ? 0.5 * error * error
                                                   : arguments_.delta * (std::abs(error) - 0.5 * arguments_.delta);
      case Kind::log_cosh:
        return std::abs(error) + std::log1p(std::exp(-2.0 * std::abs(error))) - std::numbers::ln2;
      case Kind::poisson:
        return p - t * std::log(static_cast<double>(prediction + fuzz<T>));
      case Kind::kl_divergence:
        return clipped(truth) * std::log(clipped(truth) / clipped(prediction));
      case Kind::hinge:
        return std::max(1.0 - t * p, 0.0);
      case Kind::squared_hinge:
        return std::pow(std::max(1.0 - t * p, 0.0), 2);
      case Kind::binary_cross_entropy:
        return cross_entropy(t, prediction);
      case Kind::binary_focal_cross_entropy:
        return balance(t) * std::pow(1.0 - right(t, prediction), arguments_.gamma) * cross_entropy(t, prediction);
    }
    return 0;
  }

  double slope(T truth, T prediction) const {
    const double t = label(truth), p = static_cast<double>(prediction), error = p - t;
    const double sign = error > 0 ? 1.0 : error < 0 ? -1.0 : 0.0;
    switch (kind_) {
      case Kind::squared_error:
        return 2.0 * error;
      case Kind::absolute_error:
        return sign;
      case Kind::absolute_percentage_error:
        return 100.0 * sign / base(truth);
      case Kind::squared_logarithmic_error:
        return prediction > fuzz<T> ? 2.0 * (logarithm(prediction) - logarithm(truth)) / (p + 1.0) : 0.0;
      case Kind::huber:
        return std::abs(error) <= arguments_.delta ? error : arguments_.delta * sign;
      case Kind::log_cosh:
        return std::tanh(error);
      case Kind::poisson:
        return 1.0 - t / static_cast<double>(prediction + fuzz<T>);
      case Kind::kl_divergence:
        return prediction >= fuzz<T> && prediction <= T(1) ? -clipped(truth) / p : 0.0;
      case Kind::hinge:
        return 1.0 - t * p >= 0.0 ? -t : 0.0;
      case Kind::squared_hinge:
        return -2.0 * t * std::max(1.0 - t * p, 0.0);
      case Kind::binary_cross_entropy:
        return cross_entropy_slope(t, prediction);
      case Kind::binary_focal_cross_entropy:
        return focal_slope(t, prediction);
    }
    return 0;
  }

 private:
  double label(T truth) const { return binary_labels_ ? 2.0 * truth - 1.0 : static_cast<double>(truth); }
  static double base(T truth) { return static_cast<double>(std::max(std::abs(truth), fuzz<T>)); }
  static double logarithm(T x) { return std::log1p(static_cast<double>(std::max(x, fuzz<T>))); }
  static double clipped(T probability) { return static_cast<double>(std::min(std::max(probability, fuzz<T>), T(1))); }

  bool is_clipped(T p) const { return !(p >= fuzz<T> && p <= T(1) - fuzz<T>); }
  double probability(T prediction) const {
    const double p = static_cast<double>(prediction);
    return arguments_.from_logits ? 1.0 / (1.0 + std::exp(-p)) : p;
  }
  double cross_entropy(double t, T prediction) const {
    const double x = static_cast<double>(prediction);
    if (arguments_.from_logits) return softplus(x) - x * t;
    const T p = std::min(std::max(prediction, fuzz<T>), T(1) - fuzz<T>);
    return -(t * std::log(static_cast<double>(p)) + (1.0 - t) * std::log(static_cast<double>(T(1) - p)));
  }
  double cross_entropy_slope(double t, T prediction) const {
    const double p = probability(prediction);
    if (arguments_.from_logits) return p - t;
    return is_clipped(prediction) ? 0.0 : (p - t) / (p * (1.0 - p));
  }

  // Focal: how probable the prediction says the truth is, and what the truth weighs.
  double right(double t, T prediction) const {
    const double p = probability(prediction);
    return t * p + (1.0 - t) * (1.0 - p);
  }
  double balance(double t) const {
    return arguments_.alpha ? t * *arguments_.alpha + (1.0 - t) * (1.0 - *arguments_.alpha) : 1.0;
  }
  double focal_slope(double t, T prediction) const {
    const double gamma = arguments_.gamma, wrong = 1.0 - right(t, prediction), p = probability(prediction);
    const double right_slope = (2.0 * t - 1.0) * (arguments_.from_logits ? p * (1.0 - p) : 1.0);
    const double factor_slope = gamma == 0.0 ? 0.0 : -gamma * std::pow(wrong, gamma - 1.0) * right_slope;
    return balance(t) *
           (factor_slope * cross_entropy(t, prediction) + std::pow(wrong, gamma) * cross_entropy_slope(t, prediction));
  }

  Kind kind_;
  LossArguments arguments_;
  bool binary_labels_ = false;
};

}  // namespace sumi
