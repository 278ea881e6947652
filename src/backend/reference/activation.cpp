// The formulas of Keras 3's activations.
#include "backend/reference/activation.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace sumi::backend::reference_detail {
namespace {

constexpr double selu_alpha = 1.6732632423543772;
constexpr double selu_scale = 1.0507009873554805;
constexpr double gelu_cubic = 0.044715;

double sigmoid(double x) {
  const double e = std::exp(-std::abs(x));  // never overflows
  return (x >= 0 ? 1.0 : e) / (1.0 + e);
}
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double normal_distribution(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double normal_density(double x) { return std::exp(-0.5 * x * x) * std::numbers::inv_sqrtpi / std::numbers::sqrt2; }
double gelu_inner(double x) { return std::numbers::sqrt2 * std::numbers::inv_sqrtpi * (x + gelu_cubic * x * x * x); }

double relu(const ActivationArguments& a, double x) {
  // Written so that a NaN stays one.
  if (x <= a.threshold) return a.negative_slope == 0.0 ? 0.0 : a.negative_slope * (x - a.threshold);
  return a.max_value && x > *a.max_value ? *a.max_value : x;
}

}  // namespace

double activation(ActivationKind kind, const ActivationArguments& a, double x) {
  switch (kind) {
    case ActivationKind::linear:
      return x;
    case ActivationKind::relu:
      return relu(a, x);
    case ActivationKind::relu6:
      return relu({.max_value = 6.0}, x);
    case ActivationKind::leaky_relu:
      return x > 0 ? x : a.negative_slope * x;
    case ActivationKind::elu:
      return x > 0 ? x : a.alpha * std::expm1(x);
    case ActivationKind::selu:
      return selu_scale * (x > 0 ? x : selu_alpha * std::expm1(x));
    case ActivationKind::celu:
      return x > 0 ? x : a.alpha * std::expm1(x / a.alpha);
    case ActivationKind::gelu:
      return x * normal_distribution(x);
    case ActivationKind::gelu_tanh:
      return 0.5 * x * (1.0 + std::tanh(gelu_inner(x)));
    case ActivationKind::silu:
      return x * sigmoid(x);
    case ActivationKind::sigmoid:
      return sigmoid(x);
    case ActivationKind::tanh:
      return std::tanh(x);
    case ActivationKind::exponential:
      return std::exp(x);
    case ActivationKind::softplus:
      return softplus(x);
    case ActivationKind::softsign:
      return x / (1.0 + std::abs(x));
    case ActivationKind::hard_sigmoid:
      return relu({.max_value = 6.0}, x + 3.0) / 6.0;
    case ActivationKind::hard_silu:
      return x * relu({.max_value = 6.0}, x + 3.0) / 6.0;
    case ActivationKind::hard_tanh:
      return std::min(std::max(x, -1.0), 1.0);
    case ActivationKind::mish:
      return x * std::tanh(softplus(x));
    case ActivationKind::log_sigmoid:
      return -softplus(-x);
    case ActivationKind::squareplus:
      return 0.5 * (x + std::sqrt(x * x + a.alpha));
    case ActivationKind::soft_shrink:
      return x > a.threshold ? x - a.threshold : x < -a.threshold ? x + a.threshold : 0.0;
    case ActivationKind::hard_shrink:
      return std::abs(x) > a.threshold ? x : 0.0;
    case ActivationKind::tanh_shrink:
      return x - std::tanh(x);
    case ActivationKind::threshold:
      return x > a.threshold ? x : a.default_value;
    case ActivationKind::sparse_plus:
      return x <= -1.0 ? 0.0 : x < 1.0 ? 0.25 * (x + 1.0) * (x + 1.0) : x;
    case ActivationKind::sparse_sigmoid:
      return std::min(std::max(0.5 * (x + 1.0), 0.0), 1.0);
    case ActivationKind::softmax:
    case ActivationKind::log_softmax:
    case ActivationKind::glu:
    case ActivationKind::sparsemax:
      break;  // no element-wise functions: the shape rule refuses them
  }
  return std::numeric_limits<double>::quiet_NaN();
}

double activation_derivative(ActivationKind kind, const ActivationArguments& a, double v) {
  const bool is_output = graph::reads_output(kind, a);
  switch (kind) {
    case ActivationKind::linear:
      return 1.0;
    case ActivationKind::relu:
      if (v <= (is_output ? 0.0 : a.threshold)) return a.negative_slope;
      return a.max_value && v >= *a.max_value ? 0.0 : 1.0;
    case ActivationKind::relu6:
      return v > 0.0 && v < 6.0 ? 1.0 : 0.0;
    case ActivationKind::leaky_relu:
      return v > 0 ? 1.0 : a.negative_slope;
    case ActivationKind::elu:
      return v > 0 ? 1.0 : a.alpha * std::exp(v);
    case ActivationKind::selu:
      return selu_scale * (v > 0 ? 1.0 : selu_alpha * std::exp(v));
    case ActivationKind::celu:
      return v > 0 ? 1.0 : std::exp(v / a.alpha);
    case ActivationKind::gelu:
      return normal_distribution(v) + v * normal_density(v);
    case ActivationKind::gelu_tanh: {
      const double t = std::tanh(gelu_inner(v));
      const double inner = std::numbers::sqrt2 * std::numbers::inv_sqrtpi * (1.0 + 3.0 * gelu_cubic * v * v);
      return 0.5 * (1.0 + t) + 0.5 * v * (1.0 - t * t) * inner;
    }
    case ActivationKind::silu:
      return sigmoid(v) * (1.0 + v * sigmoid(-v));
    case ActivationKind::sigmoid:
      return v * (1.0 - v);
    case ActivationKind::tanh:
      return 1.0 - v * v;
    case ActivationKind::exponential:
      return v;
    case ActivationKind::softplus:
      return sigmoid(v);
    case ActivationKind::softsign:
      return 1.0 / ((1.0 + std::abs(v)) * (1.0 + std::abs(v)));
    case ActivationKind::hard_sigmoid:
      return v > -3.0 && v < 3.0 ? 1.0 / 6.0 : 0.0;
    case ActivationKind::hard_silu:
      return v < -3.0 ? 0.0 : v > 3.0 ? 1.0 : v / 3.0 + 0.5;
    case ActivationKind::hard_tanh:
      return v > -1.0 && v < 1.0 ? 1.0 : 0.0;
    case ActivationKind::mish: {
      const double t = std::tanh(softplus(v));
      return t + v * (1.0 - t * t) * sigmoid(v);
    }
    case ActivationKind::log_sigmoid:
      return sigmoid(-v);
    case ActivationKind::squareplus:
      return 0.5 * (1.0 + v / std::sqrt(v * v + a.alpha));
    case ActivationKind::soft_shrink:
    case ActivationKind::hard_shrink:
      return std::abs(v) > a.threshold ? 1.0 : 0.0;
    case ActivationKind::tanh_shrink:
      return std::tanh(v) * std::tanh(v);
    case ActivationKind::threshold:
      return v > a.threshold ? 1.0 : 0.0;
    case ActivationKind::sparse_plus:
      return v <= -1.0 ? 0.0 : v < 1.0 ? 0.5 * (v + 1.0) : 1.0;
    case ActivationKind::sparse_sigmoid:
      return v > -1.0 && v < 1.0 ? 0.5 : 0.0;
    case ActivationKind::softmax:
    case ActivationKind::log_softmax:
    case ActivationKind::glu:
    case ActivationKind::sparsemax:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace sumi::backend::reference_detail
