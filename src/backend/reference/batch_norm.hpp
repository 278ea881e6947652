// Batch normalisation, with mask and renormalisation, forward and backward.
#pragma once

#include <algorithm>
#include <cmath>

#include "backend/reference/operands.hpp"

namespace sumi::backend::reference_detail {

/// Keras's guard against dividing by the count of an empty mask.
inline constexpr double mask_epsilon = 1e-7;

/// Number i of operand `data`, or `otherwise` where it is absent.
template <class T>
double value_or(const T* data, std::int64_t i, double otherwise) {
  return data != nullptr ? static_cast<double>(data[i]) : otherwise;
}

/// One channel of an array, along any axis, and which of its elements count.
template <class T>
class Channel {
 public:
  Channel(const Shape& shape, int axis, const T* mask) : mask_(mask), last_(shape.back()) {
    const auto at = static_cast<std::size_t>(axis);
    inner_ = stride_of(shape, at);
    channels_ = shape[at];
    outer_ = 1;
    for (std::size_t i = 0; i < at; ++i) outer_ *= shape[i];
  }
  std::int64_t channels() const { return channels_; }
  /// Calls f(index, whether it counts) for the elements of channel c.
  template <class F>
  void for_each(std::int64_t c, F f) const {
    for (std::int64_t o = 0; o < outer_; ++o) {
      for (std::int64_t i = 0; i < inner_; ++i) {
        const std::int64_t index = (o * channels_ + c) * inner_ + i;
        f(index, mask_ == nullptr || mask_[index / last_] != T(0));
      }
    }
  }
  /// How many elements of channel c count.
  std::int64_t count(std::int64_t c) const {
    std::int64_t result = 0;
    for_each(c, [&](std::int64_t, bool counts) { result += counts ? 1 : 0; });
    return result;
  }
  /// What sums over channel c are divided by.
  double divisor(std::int64_t c) const {
    return static_cast<double>(count(c)) + (mask_ != nullptr ? mask_epsilon : 0.0);
  }

 private:
  const T* mask_;
  std::int64_t last_, inner_, channels_, outer_;
};

/// y = (x - mean) * scale + offset over one channel.
template <class T>
void normalize(const Channel<T>& channel, std::int64_t c, const T* x, double mean, double scale, double offset, T* y) {
  channel.for_each(c, [&](std::int64_t i, bool) { y[i] = static_cast<T>((x[i] - mean) * scale + offset); });
}

template <class T>
void compute(const graph::BatchNorm& op, const Operands<T>& o) {
  const T* x = o.inputs[0];
  const T* gamma = input(o, 1);
  const T* beta = input(o, 2);
  const Channel<T> channel(o.input_shapes[0], op.axis, input(o, 5));
  for (std::int64_t c = 0; c < channel.channels(); ++c) {
    const double g = value_or(gamma, c, 1.0);
    const double b = value_or(beta, c, 0.0);
    const double moving_mean = static_cast<double>(o.inputs[3][c]);
    const double moving_variance = static_cast<double>(o.inputs[4][c]);
    if (!op.training) {
      normalize(channel, c, x, moving_mean, g / std::sqrt(moving_variance + op.epsilon), b, o.outputs[0]);
      continue;
    }
    const double divisor = channel.divisor(c);
    double mean = 0;
    channel.for_each(c, [&](std::int64_t i, bool counts) { mean += counts ? static_cast<double>(x[i]) : 0.0; });
    mean /= divisor;
    double variance = 0;
    channel.for_each(c, [&](std::int64_t i, bool counts) { variance += counts ? (x[i] - mean) * (x[i] - mean) : 0.0; });
    variance /= divisor;
    const double deviation = std::sqrt(variance + op.epsilon);

    const auto store = [&](std::size_t index, double value) {
      if (T* out = output(o, index)) out[c] = static_cast<T>(value);
    };
    const auto average = [](double moving, double now, double momentum) {
      return moving * momentum + now * (1.0 - momentum);
    };
    store(1, mean);
    store(2, 1.0 / deviation);
    store(3, average(moving_mean, mean, op.momentum));
    double r = 1.0;
    double d = 0.0;
    if (op.renorm) {
      const graph::Renorm& limits = *op.renorm;
      const double moving_stddev = static_cast<double>(o.inputs[6][c]);
      const double renorm_mean = static_cast<double>(o.inputs[7][c]);
      const double renorm_stddev = static_cast<double>(o.inputs[8][c]);
      const double floor = std::max(renorm_stddev, std::sqrt(op.epsilon));
      r = deviation / floor;
      if (limits.rmin) r = std::max(r, *limits.rmin);
      if (limits.rmax) r = std::min(r, *limits.rmax);
      d = (mean - renorm_mean) / floor;
      if (limits.dmax) d = std::clamp(d, -*limits.dmax, *limits.dmax);
      const double stddev = average(moving_stddev, deviation, op.momentum);
      store(4, std::max(stddev * stddev - op.epsilon, 0.0));
      store(5, stddev);
      store(6, average(renorm_mean, mean, limits.momentum));
      store(7, average(renorm_stddev, deviation, limits.momentum));
      store(8, r);
      store(9, d);
    } else {
      store(4, average(moving_variance, variance, op.momentum));
    }
    normalize(channel, c, x, mean, g * r / deviation, g * d + b, o.outputs[0]);
  }
}

template <class T>
void compute(const graph::BatchNormBackward& op, const Operands<T>& o) {
  const T* x = o.inputs[0];
  const T* gamma = input(o, 1);
  const T* dy = o.inputs[4];
  const T* mask = input(o, 5);
  const Channel<T> channel(o.input_shapes[0], op.axis, mask);
  for (std::int64_t c = 0; c < channel.channels(); ++c) {
    const double mean = static_cast<double>(o.inputs[2][c]);
    const double inv_std = op.training ? static_cast<double>(o.inputs[3][c])
                                       : 1.0 / std::sqrt(static_cast<double>(o.inputs[3][c]) + op.epsilon);
    const double r = value_or(input(o, 6), c, 1.0);
    const double d = value_or(input(o, 7), c, 0.0);
    double sum = 0;       // of dy
    double sum_unit = 0;  // of dy * (x - mean) * inv_std
    channel.for_each(c, [&](std::int64_t i, bool) {
      sum += static_cast<double>(dy[i]);
      sum_unit += static_cast<double>(dy[i]) * (x[i] - mean) * inv_std;
    });
    if (T* dgamma = output(o, 1)) dgamma[c] = static_cast<T>(sum_unit * r + sum * d);
    if (T* dbeta = output(o, 2)) dbeta[c] = static_cast<T>(sum);
    T* dx = output(o, 0);
    if (dx == nullptr) continue;
    // r and d are constants. What moves with x are the mean and the variance, each a sum over what counts.
    const double scale = value_or(gamma, c, 1.0) * r * inv_std;
    double through_mean = 0;
    double through_variance = 0;
    if (op.training) {
      const double divisor = channel.divisor(c);
      const double uncounted = mask != nullptr ? mask_epsilon : 0.0;  // sum (x - mean) over the counted is this * mean
      through_variance = -scale * inv_std * sum_unit / divisor;
      through_mean = (-scale * sum - through_variance * uncounted * mean) / divisor;
    }
    channel.for_each(c, [&](std::int64_t i, bool counts) {
      const double through_moments = counts ? through_variance * (x[i] - mean) + through_mean : 0.0;
      dx[i] = static_cast<T>(scale * dy[i] + through_moments);
    });
  }
}

}  // namespace sumi::backend::reference_detail
