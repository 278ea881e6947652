// The same values under another shape.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, ...), output (N, target_shape).
struct Reshape {
  static constexpr const char* class_name = "Reshape";
  /// The shape of a sample, without the batch; one dimension may be -1: what is left.
  Required<Shape> target_shape;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const Reshape& layer, const Shape& input);
void lower(const Reshape& layer, Lowering& ops);
void fields(Reshape& layer, Fields& f);
/// Throws ArgumentError for dimensions below -1, or more than one -1.
void validate(const Reshape& layer);

}  // namespace sumi
