// The meaning of every op in plain loops, for float and double. Written to be read; everything else is measured against
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backend/backend.hpp"

namespace sumi::backend::reference_detail {

/// Operands of one op: pointers and shapes, null and {} where absent.
template <class T>
struct Operands {
  std::vector<const T*> inputs;
  std::vector<T*> outputs;
  std::vector<Shape> input_shapes;
  std::vector<Shape> output_shapes;
  std::uint64_t step = 0;
  /// scratch_doubles() numbers of working memory; null: the op allocates what it needs.
  double* scratch = nullptr;
};

/// Runs any op. Instantiated for float and double. Sums are taken in double, whatever T is. All operands are row-major,
/// so that Reorder is a copy.
template <class T>
void run(const graph::Attributes& attributes, const Operands<T>& operands);

/// How much working memory an op needs.
std::size_t scratch_doubles(const graph::Attributes& attributes, const std::vector<Shape>& input_shapes,
                            const std::vector<Shape>& output_shapes);

/// Copies an image batch from one layout to another.
void reorder(const Shape& shape, const float* from, graph::Layout from_layout, float* to, graph::Layout to_layout);

/// Applies an optimizer's rule to `count` weights, each in double.
void update(const UpdateRule& rule, float* w, const float* gradient, float* const* slots, std::size_t count);

}  // namespace sumi::backend::reference_detail
