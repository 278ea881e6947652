// Normalisation of each sample by groups of channels, forward and backward.
#pragma once

#include <cmath>

#include "backend/reference/batch_norm.hpp"

namespace sumi::backend::reference_detail {

/// The groups of an array (N, ..., C): all elements of some neighbouring channels of one sample.
class Groups {
 public:
  Groups(const Shape& shape, int groups)
      : channels_(shape.back()), groups_(groups), pixels_(element_count(shape) / shape[0] / channels_) {}
  /// How many elements a group has.
  std::int64_t size() const { return pixels_ * (channels_ / groups_); }
  /// Calls f(index, channel) for the elements of a group, counted through all samples.
  template <class F>
  void for_each(std::int64_t group, F f) const {
    const std::int64_t width = channels_ / groups_;
    const std::int64_t channel = group % groups_ * width;
    for (std::int64_t p = 0; p < pixels_; ++p) {
      const std::int64_t first = (group / groups_ * pixels_ + p) * channels_ + channel;
      for (std::int64_t c = 0; c < width; ++c) f(first + c, channel + c);
    }
  }

 private:
  std::int64_t channels_, groups_, pixels_;
};

template <class T>
void compute(const graph::GroupNorm& op, const Operands<T>& o) {
  const T* x = o.inputs[0];
  const T* gamma = input(o, 1);
  const T* beta = input(o, 2);
  const Groups groups(o.input_shapes[0], op.groups);
  const double size = static_cast<double>(groups.size());
  for (std::int64_t g = 0; g < output_count(o, 1); ++g) {
    double mean = 0;
    groups.for_each(g, [&](std::int64_t i, std::int64_t) { mean += static_cast<double>(x[i]); });
    mean /= size;
    double variance = 0;
    groups.for_each(g, [&](std::int64_t i, std::int64_t) { variance += (x[i] - mean) * (x[i] - mean); });
    const double inv_std = 1.0 / std::sqrt(variance / size + op.epsilon);
    groups.for_each(g, [&](std::int64_t i, std::int64_t c) {
      o.outputs[0][i] = static_cast<T>((x[i] - mean) * inv_std * value_or(gamma, c, 1.0) + value_or(beta, c, 0.0));
    });
    o.outputs[1][g] = static_cast<T>(mean);
    o.outputs[2][g] = static_cast<T>(inv_std);
  }
}

template <class T>
void compute(const graph::GroupNormBackward& op, const Operands<T>& o) {
  const T* x = o.inputs[0];
  const T* gamma = input(o, 1);
  const T* dy = o.inputs[4];
  const Groups groups(o.input_shapes[0], op.groups);
  const double size = static_cast<double>(groups.size());
  const std::int64_t channels = o.input_shapes[0].back();
  Sums sums(o, 2 * channels);
  for (std::int64_t g = 0; g < input_count(o, 2); ++g) {
    const double mean = static_cast<double>(o.inputs[2][g]);
    const double inv_std = static_cast<double>(o.inputs[3][g]);
    double sum = 0;       // of dy * gamma
    double sum_unit = 0;  // of dy * gamma * (x - mean) * inv_std
    groups.for_each(g, [&](std::int64_t i, std::int64_t c) {
      const double unit = (x[i] - mean) * inv_std;
      const double scaled = dy[i] * value_or(gamma, c, 1.0);
      sum += scaled;
      sum_unit += scaled * unit;
      sums[c] += dy[i] * unit;
      sums[channels + c] += static_cast<double>(dy[i]);
    });
    T* dx = output(o, 0);
    if (dx == nullptr) continue;
    groups.for_each(g, [&](std::int64_t i, std::int64_t c) {
      const double unit = (x[i] - mean) * inv_std;
      dx[i] = static_cast<T>(inv_std * (dy[i] * value_or(gamma, c, 1.0) - (sum + unit * sum_unit) / size));
    });
  }
  if (T* dgamma = output(o, 1)) std::copy_n(sums.begin(), channels, dgamma);
  if (T* dbeta = output(o, 2)) std::copy_n(sums.begin() + channels, channels, dbeta);
}

}  // namespace sumi::backend::reference_detail
