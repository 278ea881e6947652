// What changes images at random.
#pragma once

#include <cmath>

#include "backend/reference/operands.hpp"
#include "core/random_images.hpp"

namespace sumi::backend::reference_detail {

inline Size2 size_of(const Shape& image) { return {static_cast<int>(image[1]), static_cast<int>(image[2])}; }

/// Calls visit(y index, x index, weight) for every pixel of y and those of x that it is a mean of; both are the first
/// channels' indices. The x index is -1 where it is the fill value that counts.
template <class Visit>
void for_each_source(const graph::RandomAffine& op, const Shape& x, const Shape& y, std::uint64_t step, Visit visit) {
  for (std::int64_t n = 0; n < y[0]; ++n) {
    const AffineMap map = draw_affine_map(op.arguments, size_of(x), op.size, op.seed, step, n);
    for (std::int64_t i = 0; i < y[1] * y[2]; ++i) {
      const auto column = static_cast<double>(i % y[2]), row = static_cast<double>(i / y[2]);
      const double across = map.a0 * column + map.a1 * row + map.a2;
      const double down = map.b0 * column + map.b1 * row + map.b2;
      const auto use = [&](double h, double w, double weight) {
        if (weight == 0.0) return;
        const std::int64_t from_h = filled_index(op.arguments.fill_mode, static_cast<std::int64_t>(h), x[1]);
        const std::int64_t from_w = filled_index(op.arguments.fill_mode, static_cast<std::int64_t>(w), x[2]);
        const bool filled = from_h < 0 || from_w < 0;
        visit((n * y[1] * y[2] + i) * y[3], filled ? -1 : ((n * x[1] + from_h) * x[2] + from_w) * x[3], weight);
      };
      if (!op.arguments.bilinear) {
        use(std::round(down), std::round(across), 1.0);
        continue;
      }
      const double top = std::floor(down), left = std::floor(across);
      const double below = down - top, beside = across - left;
      use(top, left, (1.0 - below) * (1.0 - beside));
      use(top, left + 1.0, (1.0 - below) * beside);
      use(top + 1.0, left, below * (1.0 - beside));
      use(top + 1.0, left + 1.0, below * beside);
    }
  }
}

template <class T>
void compute(const graph::RandomAffine& op, const Operands<T>& o) {
  T* y = o.outputs[0];
  std::fill_n(y, output_count(o, 0), T(0));
  for_each_source(op, o.input_shapes[0], o.output_shapes[0], o.step, [&](std::int64_t to, std::int64_t from, double w) {
    for (std::int64_t c = 0; c < o.input_shapes[0][3]; ++c) {
      const double value = from < 0 ? op.arguments.fill_value : static_cast<double>(o.inputs[0][from + c]);
      y[to + c] = static_cast<T>(static_cast<double>(y[to + c]) + w * value);
    }
  });
}

template <class T>
void compute(const graph::RandomAffineBackward& op, const Operands<T>& o) {
  Sums sums(o, output_count(o, 0));
  for_each_source(op.forward, o.output_shapes[0], o.input_shapes[0], o.step,
                  [&](std::int64_t to, std::int64_t from, double w) {
                    for (std::int64_t c = 0; from >= 0 && c < o.input_shapes[0][3]; ++c) {
                      sums[from + c] += w * static_cast<double>(o.inputs[0][to + c]);
                    }
                  });
  sums.store(o.outputs[0]);
}

/// Calls visit(index in the part, index in the whole, count) for each row of each image.
template <class Visit>
void for_each_row(const graph::RandomCrop& op, const Shape& whole, const Shape& part, std::uint64_t step, Visit visit) {
  const Size2 origin = draw_crop_origin(op.size, size_of(whole), op.seed, step);
  for (std::int64_t row = 0; row < part[0] * part[1]; ++row) {
    const std::int64_t whole_row = row / part[1] * whole[1] + row % part[1] + origin.height;
    visit(row * part[2] * part[3], (whole_row * whole[2] + origin.width) * part[3], part[2] * part[3]);
  }
}

template <class T>
void compute(const graph::RandomCrop& op, const Operands<T>& o) {
  for_each_row(op, o.input_shapes[0], o.output_shapes[0], o.step,
               [&](std::int64_t part, std::int64_t whole, std::int64_t count) {
                 std::copy_n(o.inputs[0] + whole, count, o.outputs[0] + part);
               });
}

template <class T>
void compute(const graph::RandomCropBackward& op, const Operands<T>& o) {
  std::fill_n(o.outputs[0], output_count(o, 0), T(0));
  for_each_row(op.forward, o.output_shapes[0], o.input_shapes[0], o.step,
               [&](std::int64_t part, std::int64_t whole, std::int64_t count) {
                 std::copy_n(o.inputs[0] + part, count, o.outputs[0] + whole);
               });
}

template <class T>
void compute(const graph::RandomErase& op, const Operands<T>& o) {
  const Shape& x = o.input_shapes[0];
  const Interval range = op.arguments.value_range;
  const std::vector<double>& fill = op.arguments.fill;
  std::copy_n(o.inputs[0], output_count(o, 0), o.outputs[0]);
  for (std::int64_t n = 0; n < x[0]; ++n) {
    const ErasedBox box = draw_erased_box(op.arguments, size_of(x), op.seed, o.step, n);
    for (std::int64_t h = box.top; h < box.bottom; ++h) {
      const std::int64_t row = (n * x[1] + h) * x[2];
      for (std::int64_t i = (row + box.left) * x[3]; i < (row + box.right) * x[3]; ++i) {
        // Another seed than that of the boxes.
        const double value = fill.empty() ? range.upper * normal_at(~op.seed, o.step, static_cast<std::uint64_t>(i))
                                          : fill[static_cast<std::size_t>(i) % fill.size()];
        o.outputs[0][i] = static_cast<T>(fill.empty() ? std::min(std::max(value, range.lower), range.upper) : value);
      }
    }
  }
}

}  // namespace sumi::backend::reference_detail
