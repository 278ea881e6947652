// Adds normal noise in training.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// In training adds normal noise of mean 0 to each value; otherwise changes nothing. Output shape as input.
struct GaussianNoise {
  static constexpr const char* class_name = "GaussianNoise";
  /// Standard deviation of the noise, between 0 and 1.
  Required<double> stddev;
  Seed seed = {};
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const GaussianNoise& layer, const Shape& input);
void lower(const GaussianNoise& layer, Lowering& ops);
void fields(GaussianNoise& layer, Fields& f);
/// Throws ArgumentError for a stddev outside [0, 1].
void validate(const GaussianNoise& layer);

}  // namespace sumi
