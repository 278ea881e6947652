// Pooling of images. Cells of the padding take no part.
#pragma once

#include "backend/reference/operands.hpp"

namespace sumi::backend::reference_detail {

/// Calls visit(y index, cells) for every output; cells(f) calls f(x index) for the cells of its window in row-major
/// order.
template <class Visit>
void for_each_window(const graph::Window& w, const Shape& x, const Shape& y, Visit visit) {
  for (std::int64_t n = 0; n < y[0]; ++n) {
    for (std::int64_t oh = 0; oh < y[1]; ++oh) {
      for (std::int64_t ow = 0; ow < y[2]; ++ow) {
        const std::int64_t top = oh * w.stride_h - w.pad_top;
        const std::int64_t left = ow * w.stride_w - w.pad_left;
        for (std::int64_t c = 0; c < y[3]; ++c) {
          visit(((n * y[1] + oh) * y[2] + ow) * y[3] + c, [&](auto f) {
            for (std::int64_t h = std::max<std::int64_t>(top, 0); h < std::min(top + w.kernel_h, x[1]); ++h) {
              for (std::int64_t v = std::max<std::int64_t>(left, 0); v < std::min(left + w.kernel_w, x[2]); ++v) {
                f(((n * x[1] + h) * x[2] + v) * x[3] + c);
              }
            }
          });
        }
      }
    }
  }
}

/// The first largest of the cells, or the first smallest where `sign` is there and negative for channel c.
template <class X, class T, class Cells>
std::int64_t extreme(const X* x, const T* sign, std::int64_t c, const Cells& cells) {
  const bool smallest = sign != nullptr && sign[c] < T(0);
  std::int64_t best = -1;
  cells([&](std::int64_t i) {
    if (best < 0 || (smallest ? x[i] < x[best] : x[i] > x[best])) best = i;
  });
  return best;
}

template <class T>
void compute(const graph::MaxPool2d& op, const Operands<T>& o) {
  const T* x = o.inputs[0];
  const Shape& y = o.output_shapes[0];
  for_each_window(op.window, o.input_shapes[0], y, [&](std::int64_t yi, const auto& cells) {
    o.outputs[0][yi] = x[extreme(x, input(o, 1), yi % y[3], cells)];
  });
}

template <class T>
void compute(const graph::MaxPool2dBackward& op, const Operands<T>& o) {
  const T* x = o.inputs[0];
  const T* dy = o.inputs[1];
  Sums sums(o, output_count(o, 0));
  for_each_window(op.window, o.input_shapes[0], o.input_shapes[1], [&](std::int64_t yi, const auto& cells) {
    sums[extreme(x, static_cast<const T*>(nullptr), 0, cells)] += static_cast<double>(dy[yi]);
  });
  sums.store(o.outputs[0]);
}

template <class T>
void compute(const graph::AvgPool2d& op, const Operands<T>& o) {
  for_each_window(op.window, o.input_shapes[0], o.output_shapes[0], [&](std::int64_t yi, const auto& cells) {
    double sum = 0;
    int count = 0;
    cells([&](std::int64_t i) {
      sum += static_cast<double>(o.inputs[0][i]);
      ++count;
    });
    o.outputs[0][yi] = static_cast<T>(sum / count);
  });
}

template <class T>
void compute(const graph::AvgPool2dBackward& op, const Operands<T>& o) {
  Sums sums(o, output_count(o, 0));
  for_each_window(op.window, o.output_shapes[0], o.input_shapes[0], [&](std::int64_t yi, const auto& cells) {
    int count = 0;
    cells([&](std::int64_t) { ++count; });
    cells([&](std::int64_t i) { sums[i] += static_cast<double>(o.inputs[0][yi]) / count; });
  });
  sums.store(o.outputs[0]);
}

}  // namespace sumi::backend::reference_detail
