// The ops into which a fused batch norm falls apart. Sums are centred, so that large means cost no digits.
#pragma once

#include <cmath>

#include "backend/reference/batch_norm.hpp"
#include "backend/reference/operands.hpp"
#include "backend/reference/pool2d.hpp"

namespace sumi::backend::reference_detail {

/// Mean and biased variance of each channel of x (..., channels), in two passes.
template <class X, class T>
void moments_of(const X* x, std::int64_t count, std::int64_t channels, T* moments) {
  for (std::int64_t c = 0; c < channels; ++c) {
    const auto n = static_cast<double>(count / channels);
    double mean = 0;
    for (std::int64_t i = c; i < count; i += channels) mean += static_cast<double>(x[i]);
    mean /= n;
    double variance = 0;
    for (std::int64_t i = c; i < count; i += channels) variance += (x[i] - mean) * (x[i] - mean);
    moments[c] = static_cast<T>(mean);
    moments[channels + c] = static_cast<T>(variance / n);
  }
}

template <class T>
void compute(const graph::Moments& /*op*/, const Operands<T>& o) {
  moments_of(o.inputs[0], input_count(o, 0), o.input_shapes[0].back(), o.outputs[0]);
}

template <class T>
void compute(const graph::ChannelAffine& /*op*/, const Operands<T>& o) {
  const std::int64_t channels = o.input_shapes[0].back();
  for (std::int64_t i = 0; i < input_count(o, 0); ++i) {
    const T* map = o.inputs[1] + i % channels;
    o.outputs[0][i] = static_cast<T>(static_cast<double>(o.inputs[0][i]) * map[0] + map[channels]);
  }
}

template <class T>
void compute(const graph::NormChain& op, const Operands<T>& o) {
  const std::int64_t channels = o.output_shapes[0].back();
  for (std::int64_t c = 0; c < channels; ++c) {
    double scale = 1;  // of what the norms so far make of the chain's input
    double offset = 0;
    for (std::size_t j = 0; j < op.norms.size(); ++j) {
      const graph::NormChain::Norm& norm = op.norms[j];
      const std::size_t first = 2 + 4 * j;
      double mean = static_cast<double>(o.inputs[first + 2][c]);
      double variance = static_cast<double>(o.inputs[first + 3][c]);
      if (op.training) {
        const T* moments = o.inputs[norm.pooled ? 1 : 0] + c;
        const double batch_mean = scale * moments[0] + offset;
        const double batch_variance = scale * scale * moments[channels];
        const auto update = [&](std::size_t index, double moving, double now) {
          if (T* out = output(o, index)) out[c] = static_cast<T>(moving * norm.momentum + now * (1.0 - norm.momentum));
        };
        update(2 + 2 * j, mean, batch_mean);
        update(3 + 2 * j, variance, batch_variance);
        mean = batch_mean;
        variance = batch_variance;
      }
      const double inv_std = 1.0 / std::sqrt(variance + norm.epsilon);
      if (T* saved = output(o, 1)) {
        saved[static_cast<std::int64_t>(2 * j) * channels + c] = static_cast<T>(mean);
        saved[static_cast<std::int64_t>(2 * j + 1) * channels + c] = static_cast<T>(inv_std);
      }
      const double factor = value_or(o.inputs[first], c, 1.0) * inv_std;
      scale *= factor;
      offset = factor * (offset - mean) + value_or(o.inputs[first + 1], c, 0.0);
    }
    o.outputs[0][c] = static_cast<T>(scale);
    o.outputs[0][channels + c] = static_cast<T>(offset);
  }
}

template <class T>
void compute(const graph::GradientSums& /*op*/, const Operands<T>& o) {
  const std::int64_t channels = o.input_shapes[0].back();
  for (std::int64_t c = 0; c < channels; ++c) {
    const double mean = value_or(input(o, 2), c, 0.0);
    double sum = 0;
    double product = 0;
    for (std::int64_t i = c; i < input_count(o, 0); i += channels) {
      sum += static_cast<double>(o.inputs[1][i]);
      product += o.inputs[1][i] * (o.inputs[0][i] - mean);
    }
    o.outputs[0][c] = static_cast<T>(sum);
    o.outputs[0][channels + c] = static_cast<T>(product);
  }
}

/// One channel on the way back through a chain. The gradient is, behind the pool, `dy` dy + `slope` (m - mean) +
/// `constant` for the first extreme of each window, m; before it that for the extreme, and the same form again for all
/// elements. With the norm's input scale (m - mean) + its own mean, one step back through y = gamma (x - mean) inv_std
/// makes of a gradient g: gamma inv_std (g - sum(g) / n - (x - mean) inv_std^2 sum(g (x - mean)) / n).
struct ChainGradient {
  double dy = 1, pooled_slope = 0, pooled_constant = 0, slope = 0, constant = 0;
  double sum = 0, product = 0;  ///< Over all elements: of the gradient, and of it times the centred input of the chain.

  /// `scale`: of the norms before this one. `inner`, `shift`: the form that this norm adds to. `count`, `variance`: of
  /// the elements there.
  void step(double factor, double scale, double inv_std, double epsilon, double count, double& inner, double& shift) {
    inner -= scale * inv_std * inv_std * scale * product / count;
    shift -= sum / count;
    for (double* number : {&dy, &pooled_slope, &pooled_constant, &slope, &constant}) *number *= factor;
    // What is left of the sums: the mean's part is 0, the deviation's is what epsilon takes from it.
    sum = 0;
    product *= factor * epsilon * inv_std * inv_std;
  }
};

template <class T>
void compute(const graph::NormChainBackward& op, const Operands<T>& o) {
  const std::int64_t channels = o.input_shapes[0].back();
  const auto norms = static_cast<std::int64_t>(op.chain.norms.size());
  const T* pooled_moments = input(o, 2);
  for (std::int64_t c = 0; c < channels; ++c) {
    const auto inv_std = [&](std::int64_t j) { return static_cast<double>(o.inputs[3][(2 * j + 1) * channels + c]); };
    const auto factor = [&](std::int64_t j) {
      return value_or(o.inputs[static_cast<std::size_t>(4 + j)], c, 1.0) * inv_std(j);
    };
    const double mean = static_cast<double>(o.inputs[1][c]);
    const double pooled_mean = value_or(pooled_moments, c, mean);
    ChainGradient gradient;
    gradient.sum = static_cast<double>(o.inputs[0][c]);
    gradient.product = static_cast<double>(o.inputs[0][channels + c]);
    bool pooled = pooled_moments != nullptr;
    for (std::int64_t j = norms - 1; j >= 0; --j) {
      const graph::NormChain::Norm& norm = op.chain.norms[static_cast<std::size_t>(j)];
      if (pooled && !norm.pooled) {
        gradient.product += (pooled_mean - mean) * gradient.sum;
        pooled = false;
      }
      double scale = 1;
      for (std::int64_t i = 0; i < j; ++i) scale *= factor(i);
      const auto index = static_cast<std::size_t>(1 + 2 * j);
      if (T* dgamma = output(o, index)) dgamma[c] = static_cast<T>(inv_std(j) * scale * gradient.product);
      if (T* dbeta = output(o, index + 1)) dbeta[c] = static_cast<T>(gradient.sum);
      const auto count = static_cast<double>(norm.pooled ? op.pooled_elements : op.elements);
      gradient.step(factor(j), scale, inv_std(j), norm.epsilon, count,
                    norm.pooled ? gradient.pooled_slope : gradient.slope,
                    norm.pooled ? gradient.pooled_constant : gradient.constant);
    }
    T* map = output(o, 0);
    if (map == nullptr) continue;
    const double numbers[] = {gradient.dy, gradient.pooled_slope,
                              gradient.pooled_constant - gradient.pooled_slope * pooled_mean, gradient.slope,
                              gradient.constant - gradient.slope * mean};
    for (std::int64_t i = 0; i < 5; ++i) map[i * channels + c] = static_cast<T>(numbers[i]);
  }
}

template <class T>
void compute(const graph::NormChainBackwardData& op, const Operands<T>& o) {
  const T* x = o.inputs[0];
  const T* sign = o.inputs[1];
  const T* dy = o.inputs[2];
  const std::int64_t channels = o.input_shapes[0].back();
  const auto map = [&](std::int64_t row, std::int64_t i) {
    return static_cast<double>(o.inputs[3][row * channels + i % channels]);
  };
  Sums dx(o, input_count(o, 0));
  for (std::int64_t i = 0; i < input_count(o, 0); ++i) {
    dx[i] = map(3, i) * x[i] + map(4, i);
    if (!op.pool) dx[i] += map(0, i) * dy[i];
  }
  if (op.pool) {
    for_each_window(*op.pool, o.input_shapes[0], o.input_shapes[2], [&](std::int64_t yi, const auto& cells) {
      const std::int64_t xi = extreme(x, sign, yi % channels, cells);
      dx[xi] += map(0, yi) * dy[yi] + map(1, yi) * x[xi] + map(2, yi);
    });
  }
  if (op.relu) {
    for (std::int64_t i = 0; i < input_count(o, 0); ++i) dx[i] = x[i] > T(0) ? dx[i] : 0.0;
  }
  dx.store(o.outputs[0]);
}

template <class T>
void compute(const graph::FoldAffine& /*op*/, const Operands<T>& o) {
  const std::int64_t filters = o.input_shapes[0].back();
  const std::int64_t channels = o.input_shapes[2].back();
  const T* kernel = o.inputs[0];
  const T* map = o.inputs[2];
  Sums bias(o, filters);
  for (std::int64_t f = 0; f < filters; ++f) bias[f] = value_or(o.inputs[1], f, 0.0);
  for (std::int64_t i = 0; i < input_count(o, 0); ++i) {
    const std::int64_t c = i / filters % channels;
    bias[i % filters] += static_cast<double>(kernel[i]) * map[channels + c];
    o.outputs[0][i] = static_cast<T>(static_cast<double>(kernel[i]) * map[c]);
  }
  bias.store(o.outputs[1]);
}

template <class T>
void compute(const graph::FoldAffineBackward& /*op*/, const Operands<T>& o) {
  const std::int64_t filters = o.input_shapes[0].back();
  const std::int64_t channels = o.input_shapes[1].back();
  const T* kernel = o.inputs[0];
  const T* map = o.inputs[1];
  const T* folded = o.inputs[2];
  const T* dbias = o.inputs[3];
  Sums sums(o, 2 * channels);
  for (std::int64_t i = 0; i < input_count(o, 0); ++i) {
    const std::int64_t f = i % filters;
    const std::int64_t c = i / filters % channels;
    const double centred = folded[i] - value_or(input(o, 4), c, 0.0) * dbias[f];
    sums[c] += static_cast<double>(kernel[i]) * dbias[f];
    sums[channels + c] += kernel[i] * centred;
    o.outputs[0][i] = static_cast<T>(static_cast<double>(map[c]) * folded[i] + map[channels + c] * dbias[f]);
  }
  if (T* out = output(o, 1)) sums.store(out);
}

}  // namespace sumi::backend::reference_detail
