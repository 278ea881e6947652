// The rectifier, with a slope and bounds.
#pragma once

#include <optional>
#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// x above threshold (at most max_value), otherwise negative_slope * (x - threshold). Output shape as input.
struct ReLU {
  static constexpr const char* class_name = "ReLU";
  /// No limit where absent.
  std::optional<double> max_value = {};
  double negative_slope = 0.0;
  double threshold = 0.0;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const ReLU& layer, const Shape& input);
void lower(const ReLU& layer, Lowering& ops);
void fields(ReLU& layer, Fields& f);
/// Throws ArgumentError for numbers below 0.
void validate(const ReLU& layer);

}  // namespace sumi
