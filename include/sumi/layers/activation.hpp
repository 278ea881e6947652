// An activation as a layer of its own.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Output shape as input, but for "glu", which halves the last dimension.
struct Activation {
  static constexpr const char* class_name = "Activation";
  /// Any name of Keras's: "relu", "softmax", "gelu", ...
  Required<ActivationFunction> activation;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const Activation& layer, const Shape& input);
void lower(const Activation& layer, Lowering& ops);
void fields(Activation& layer, Fields& f);

}  // namespace sumi
