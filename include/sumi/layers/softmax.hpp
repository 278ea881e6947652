// exp(x) / sum exp(x).
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Output shape as input.
struct Softmax {
  static constexpr const char* class_name = "Softmax";
  /// The axis, or several axes, over which the values sum to 1.
  Axes axis = -1;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const Softmax& layer, const Shape& input);
void lower(const Softmax& layer, Lowering& ops);
void fields(Softmax& layer, Fields& f);
/// Throws ArgumentError without any axis, or for one that stands twice.
void validate(const Softmax& layer);

}  // namespace sumi
