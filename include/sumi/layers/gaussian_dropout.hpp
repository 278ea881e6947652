// Multiplies by normal noise in training.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// In training multiplies each value by normal noise of mean 1 and variance rate / (1 - rate), which is that of a
/// Dropout; otherwise changes nothing. Output shape as input.
struct GaussianDropout {
  static constexpr const char* class_name = "GaussianDropout";
  /// Between 0 and 1; below 1 in training.
  Required<double> rate;
  Seed seed = {};
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const GaussianDropout& layer, const Shape& input);
void lower(const GaussianDropout& layer, Lowering& ops);
void fields(GaussianDropout& layer, Fields& f);
/// Throws ArgumentError for a rate outside [0, 1].
void validate(const GaussianDropout& layer);

}  // namespace sumi
