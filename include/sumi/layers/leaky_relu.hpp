// The rectifier with a slope.
#pragma once

#include <string>

#include "sumi/layer.hpp"

namespace sumi {

/// x where it is above 0, otherwise negative_slope * x. Output shape as input. The activation "leaky_relu" has another
/// default slope, 0.2.
struct LeakyReLU {
  static constexpr const char* class_name = "LeakyReLU";
  double negative_slope = 0.3;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const LeakyReLU& layer, const Shape& input);
void lower(const LeakyReLU& layer, Lowering& ops);
void fields(LeakyReLU& layer, Fields& f);
/// Throws ArgumentError for a slope below 0.
void validate(const LeakyReLU& layer);

}  // namespace sumi
