// Zeroes values at random in training.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// In training zeroes values with probability rate and scales the rest by 1 / (1 - rate); otherwise changes nothing.
/// Output shape as input.
struct Dropout {
  static constexpr const char* class_name = "Dropout";
  /// Between 0 and 1.
  Required<double> rate;
  /// Shape of the mask with the batch, 1 where it is shared, None for the input's dimension; that of the input where
  /// empty.
  Shape noise_shape = {};
  Seed seed = {};
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const Dropout& layer, const Shape& input);
void lower(const Dropout& layer, Lowering& ops);
void fields(Dropout& layer, Fields& f);
/// Throws ArgumentError for a rate outside [0, 1], or dimensions of noise_shape that are not positive.
void validate(const Dropout& layer);

}  // namespace sumi
