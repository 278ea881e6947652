// Images with other sizes: margins added or cut off, cells multiplied.
#pragma once

#include <cmath>

#include "backend/reference/operands.hpp"

namespace sumi::backend::reference_detail {

/// Calls visit(large index, small index) for every element of the smaller image; its place in the larger one is that
/// far from the edges.
template <class Visit>
void for_each_inside(const Margins& margins, const Shape& large, const Shape& small, Visit visit) {
  for (std::int64_t i = 0; i < element_count(small); ++i) {
    const std::int64_t c = i % small[3];
    const std::int64_t w = i / small[3] % small[2] + margins.width.before;
    const std::int64_t h = i / (small[3] * small[2]) % small[1] + margins.height.before;
    const std::int64_t n = i / (small[3] * small[2] * small[1]);
    visit(((n * large[1] + h) * large[2] + w) * large[3] + c, i);
  }
}

template <class T>
void compute(const graph::Pad2d& op, const Operands<T>& o) {
  std::fill_n(o.outputs[0], output_count(o, 0), T(0));
  for_each_inside(op.margins, o.output_shapes[0], o.input_shapes[0],
                  [&](std::int64_t large, std::int64_t small) { o.outputs[0][large] = o.inputs[0][small]; });
}

template <class T>
void compute(const graph::Crop2d& op, const Operands<T>& o) {
  for_each_inside(op.margins, o.input_shapes[0], o.output_shapes[0],
                  [&](std::int64_t large, std::int64_t small) { o.outputs[0][small] = o.inputs[0][large]; });
}

/// The two cells of a small axis of which a cell of the large one is made, and the second one's share.
struct Between {
  std::int64_t first, second;
  double share;
};

inline Between between(std::int64_t large, int factor, std::int64_t size, bool bilinear) {
  if (!bilinear) return {large / factor, large / factor, 0.0};
  const double at = (static_cast<double>(large) + 0.5) / factor - 0.5;
  const double below = std::floor(at);
  const auto first = static_cast<std::int64_t>(below);
  return {std::max<std::int64_t>(first, 0), std::min(first + 1, size - 1), at - below};
}

/// Calls visit(large index, small index, weight) for every product of which the large image is a sum.
template <class Visit>
void for_each_share(Size2 factors, bool bilinear, const Shape& large, const Shape& small, Visit visit) {
  for (std::int64_t i = 0; i < element_count(large); ++i) {
    const std::int64_t c = i % large[3];
    const std::int64_t n = i / (large[3] * large[2] * large[1]);
    const Between w = between(i / large[3] % large[2], factors.width, small[2], bilinear);
    const Between h = between(i / (large[3] * large[2]) % large[1], factors.height, small[1], bilinear);
    const auto index = [&](std::int64_t row, std::int64_t column) {
      return ((n * small[1] + row) * small[2] + column) * small[3] + c;
    };
    visit(i, index(h.first, w.first), (1 - h.share) * (1 - w.share));
    if (!bilinear) continue;
    visit(i, index(h.first, w.second), (1 - h.share) * w.share);
    visit(i, index(h.second, w.first), h.share * (1 - w.share));
    visit(i, index(h.second, w.second), h.share * w.share);
  }
}

template <class T>
void compute(const graph::Upsample2d& op, const Operands<T>& o) {
  double sum = 0;
  std::int64_t current = 0;
  for_each_share(op.factors, op.bilinear, o.output_shapes[0], o.input_shapes[0],
                 [&](std::int64_t large, std::int64_t small, double weight) {
                   if (large != current) sum = 0;
                   current = large;
                   sum += weight * static_cast<double>(o.inputs[0][small]);
                   o.outputs[0][large] = static_cast<T>(sum);
                 });
}

template <class T>
void compute(const graph::Upsample2dBackward& op, const Operands<T>& o) {
  Sums sums(o, output_count(o, 0));
  for_each_share(op.factors, op.bilinear, o.input_shapes[0], o.output_shapes[0],
                 [&](std::int64_t large, std::int64_t small, double weight) {
                   sums[small] += weight * static_cast<double>(o.inputs[0][large]);
                 });
  sums.store(o.outputs[0]);
}

}  // namespace sumi::backend::reference_detail
