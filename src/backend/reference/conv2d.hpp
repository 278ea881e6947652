// Convolution of images in all three directions.
#pragma once

#include "backend/reference/activation.hpp"
#include "backend/reference/operands.hpp"

namespace sumi::backend::reference_detail {

/// Calls visit(x index, kernel index, y index) for every product that a convolution sums; cells of the padding, which
/// are zero, are left out.
template <class Visit>
void for_each_product(const graph::Window& w, int groups, const Shape& x, const Shape& kernel, const Shape& y,
                      Visit visit) {
  const std::int64_t group_channels = kernel[2];
  const std::int64_t group_filters = kernel[3] / groups;
  for (std::int64_t n = 0; n < y[0]; ++n) {
    for (std::int64_t oh = 0; oh < y[1]; ++oh) {
      for (std::int64_t ow = 0; ow < y[2]; ++ow) {
        for (int kh = 0; kh < w.kernel_h; ++kh) {
          const std::int64_t h = oh * w.stride_h - w.pad_top + kh * w.dilation_h;
          if (h < 0 || h >= x[1]) continue;
          for (int kw = 0; kw < w.kernel_w; ++kw) {
            const std::int64_t column = ow * w.stride_w - w.pad_left + kw * w.dilation_w;
            if (column < 0 || column >= x[2]) continue;
            for (int g = 0; g < groups; ++g) {
              for (std::int64_t c = 0; c < group_channels; ++c) {
                const std::int64_t xi = ((n * x[1] + h) * x[2] + column) * x[3] + g * group_channels + c;
                const std::int64_t ki = ((kh * w.kernel_w + kw) * group_channels + c) * kernel[3] + g * group_filters;
                const std::int64_t yi = ((n * y[1] + oh) * y[2] + ow) * y[3] + g * group_filters;
                for (std::int64_t f = 0; f < group_filters; ++f) visit(xi, ki + f, yi + f);
              }
            }
          }
        }
      }
    }
  }
}

template <class T>
void compute(const graph::Conv2d& op, const Operands<T>& o) {
  const T* x = o.inputs[0];
  const T* kernel = o.inputs[1];
  const T* bias = input(o, 2);
  const std::int64_t count = output_count(o, 0);
  const std::int64_t filters = o.output_shapes[0][3];
  Sums sums(o, count);
  for_each_product(
      op.window, op.groups, o.input_shapes[0], o.input_shapes[1], o.output_shapes[0],
      [&](std::int64_t xi, std::int64_t ki, std::int64_t yi) { sums[yi] += static_cast<double>(x[xi]) * kernel[ki]; });
  for (std::int64_t i = 0; i < count; ++i) {
    const double sum = sums[i] + (bias != nullptr ? static_cast<double>(bias[i % filters]) : 0.0);
    sums[i] = activation(op.epilogue, {}, sum);
  }
  sums.store(o.outputs[0]);
}

template <class T>
void compute(const graph::Conv2dBackwardData& op, const Operands<T>& o) {
  const T* dy = o.inputs[0];
  const T* kernel = o.inputs[1];
  Sums sums(o, output_count(o, 0));
  for_each_product(
      op.window, op.groups, o.output_shapes[0], o.input_shapes[1], o.input_shapes[0],
      [&](std::int64_t xi, std::int64_t ki, std::int64_t yi) { sums[xi] += static_cast<double>(dy[yi]) * kernel[ki]; });
  sums.store(o.outputs[0]);
}

template <class T>
void compute(const graph::Conv2dBackwardWeights& op, const Operands<T>& o) {
  const T* x = o.inputs[0];
  const T* dy = o.inputs[1];
  {
    Sums sums(o, output_count(o, 0));
    for_each_product(
        op.window, op.groups, o.input_shapes[0], o.output_shapes[0], o.input_shapes[1],
        [&](std::int64_t xi, std::int64_t ki, std::int64_t yi) { sums[ki] += static_cast<double>(x[xi]) * dy[yi]; });
    sums.store(o.outputs[0]);
  }
  if (T* dbias = output(o, 1)) {
    const std::int64_t filters = o.input_shapes[1][3];
    Sums sums(o, filters);
    for (std::int64_t i = 0; i < input_count(o, 1); ++i) sums[i % filters] += static_cast<double>(dy[i]);
    sums.store(dbias);
  }
}

}  // namespace sumi::backend::reference_detail
