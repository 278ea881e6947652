// Brings values into another range: x * scale + offset.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// `Rescaling{.scale = 1 / 255.0}` brings bytes to [0, 1]. Output shape as input.
struct Rescaling {
  static constexpr const char* class_name = "Rescaling";
  static constexpr bool records_build = true;
  Required<double> scale;
  double offset = 0.0;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const Rescaling& layer, const Shape& input);
void lower(const Rescaling& layer, Lowering& ops);
void fields(Rescaling& layer, Fields& f);

}  // namespace sumi
