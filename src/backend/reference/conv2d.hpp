// Convolution of images in all three directions.
#pragma once

#include "backend/reference/activation.hpp"
#include "backend/reference/norm_chain.hpp"
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

/// Doubles that a convolution computes with: its output, and what is pooled from it.
inline std::int64_t conv2d_scratch(const graph::Conv2d& op, const std::vector<Shape>& inputs) {
  std::int64_t count = 0;
  const std::vector<Shape> outputs = graph::output_shapes(op, inputs);
  count += element_count(outputs[0]);
  if (op.pool) count += element_count(outputs[2]);
  return count;
}

/// Where nobody wants y, but its moments or what is pooled, it is only computed.
template <class T>
void compute(const graph::Conv2d& op, const Operands<T>& o) {
  const T* x = o.inputs[0];
  const T* kernel = o.inputs[1];
  const T* bias = input(o, 2);
  const std::vector<Shape> shapes = graph::output_shapes(op, o.input_shapes);
  const std::int64_t count = element_count(shapes[0]);
  const std::int64_t filters = shapes[0][3];
  Sums sums(o, conv2d_scratch(op, o.input_shapes));
  for_each_product(
      op.window, op.groups, o.input_shapes[0], o.input_shapes[1], shapes[0],
      [&](std::int64_t xi, std::int64_t ki, std::int64_t yi) { sums[yi] += static_cast<double>(x[xi]) * kernel[ki]; });
  for (std::int64_t i = 0; i < count; ++i) {
    const double sum = sums[i] + (bias != nullptr ? static_cast<double>(bias[i % filters]) : 0.0);
    sums[i] = activation(op.epilogue, {}, sum);
  }
  if (T* y = output(o, 0))
    std::transform(sums.begin(), sums.begin() + count, y, [](double v) { return static_cast<T>(v); });
  if (T* moments = output(o, 1)) moments_of(sums.begin(), count, filters, moments);
  if (!op.pool) return;
  double* pooled = sums.begin() + count;
  for_each_window(*op.pool, shapes[0], shapes[2], [&](std::int64_t yi, const auto& cells) {
    pooled[yi] = sums[extreme(sums.begin(), input(o, 3), yi % filters, cells)];
  });
  const std::int64_t pooled_count = element_count(shapes[2]);
  if (T* out = output(o, 2))
    std::transform(pooled, pooled + pooled_count, out, [](double v) { return static_cast<T>(v); });
  if (T* moments = output(o, 3)) moments_of(pooled, pooled_count, filters, moments);
}

template <class T>
void compute(const graph::Conv2dBackwardData& op, const Operands<T>& o) {
  const T* dy = o.inputs[0];
  const T* kernel = o.inputs[1];
  const T* bias = input(o, 2);
  const std::int64_t channels = o.output_shapes[0][3];
  Sums sums(o, output_count(o, 0));
  for (std::int64_t i = 0; bias != nullptr && i < output_count(o, 0); ++i) {
    sums[i] = static_cast<double>(bias[i % channels]);
  }
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

template <class T>
void compute(const graph::Conv2dBackward& op, const Operands<T>& o) {
  if (op.chain) {
    const Shape& y = o.input_shapes[3];
    std::vector<T> dy(static_cast<std::size_t>(element_count(y)));
    compute(*op.chain, Operands<T>{{o.inputs[3], o.inputs[4], o.inputs[2], o.inputs[5]},
                                   {dy.data()},
                                   {y, o.input_shapes[4], o.input_shapes[2], o.input_shapes[5]},
                                   {y}});
    return compute(graph::Conv2dBackward{op.window, op.groups}, Operands<T>{{o.inputs[0], o.inputs[1], dy.data()},
                                                                            o.outputs,
                                                                            {o.input_shapes[0], o.input_shapes[1], y},
                                                                            o.output_shapes,
                                                                            o.step,
                                                                            o.scratch});
  }
  const Shape& kernel = o.input_shapes[1];
  const auto part = [&](std::vector<std::size_t> inputs, std::vector<std::size_t> outputs) {
    Operands<T> some;
    some.scratch = o.scratch;
    for (const std::size_t i : inputs) {
      some.inputs.push_back(o.inputs[i]);
      some.input_shapes.push_back(o.input_shapes[i]);
    }
    for (const std::size_t i : outputs) {
      some.outputs.push_back(output(o, i));
      some.output_shapes.push_back(i == 1 ? kernel : i < o.outputs.size() ? o.output_shapes[i] : Shape{});
    }
    return some;
  };
  compute(graph::Conv2dBackwardWeights{op.window, op.groups}, part({0, 2}, {1, 2}));
  if (output(o, 0) != nullptr) compute(graph::Conv2dBackwardData{op.window, op.groups}, part({2, 1}, {0}));
}

template <class T>
void compute(const graph::Conv2dChainBackwardWeights& op, const Operands<T>& o) {
  const Shape y_shape = graph::output_shapes(op.conv, std::span(o.input_shapes).first(4))[0];
  std::vector<T> y(static_cast<std::size_t>(element_count(y_shape)));
  std::vector<T> dy(y.size());
  graph::Conv2d conv = op.conv;
  conv.moments = false;
  conv.pool.reset();
  compute(conv, Operands<T>{{o.inputs[0], o.inputs[1], o.inputs[2]},
                            {y.data()},
                            {o.input_shapes[0], o.input_shapes[1], o.input_shapes[2]},
                            {y_shape}});
  compute(graph::NormChainBackwardData{op.conv.pool, op.conv.epilogue == ActivationKind::relu},
          Operands<T>{{y.data(), o.inputs[3], o.inputs[4], o.inputs[5]},
                      {dy.data()},
                      {y_shape, o.input_shapes[3], o.input_shapes[4], o.input_shapes[5]},
                      {y_shape}});
  compute(graph::Conv2dBackwardWeights{op.conv.window, op.conv.groups}, Operands<T>{{o.inputs[0], dy.data()},
                                                                                    {o.outputs[0], output(o, 1)},
                                                                                    {o.input_shapes[0], y_shape},
                                                                                    {o.output_shapes[0], {}}});
}

}  // namespace sumi::backend::reference_detail
