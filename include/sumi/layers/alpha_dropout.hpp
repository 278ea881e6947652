// A dropout that keeps mean and variance, for networks of SELUs.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// In training puts a saturated SELU's value in place of each value with probability rate, and scales and shifts all so
/// that mean 0 and variance 1 stay what they are; otherwise changes nothing. Output shape as input.
struct AlphaDropout {
  static constexpr const char* class_name = "AlphaDropout";
  /// Between 0 and 1; below 1 in training.
  Required<double> rate;
  /// As that of Dropout.
  Shape noise_shape = {};
  Seed seed = {};
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const AlphaDropout& layer, const Shape& input);
void lower(const AlphaDropout& layer, Lowering& ops);
void fields(AlphaDropout& layer, Fields& f);
/// Throws ArgumentError for a rate outside [0, 1], or dimensions of noise_shape that are not positive.
void validate(const AlphaDropout& layer);

}  // namespace sumi
