// Zeroes whole channels of images at random in training.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// In training zeroes each channel of each image with probability rate and scales the rest by 1 / (1 - rate); otherwise
/// changes nothing. Input (N, H, W, C), output as input.
struct SpatialDropout2D {
  static constexpr const char* class_name = "SpatialDropout2D";
  /// Between 0 and 1.
  Required<double> rate;
  DataFormat data_format = "channels_last";
  Seed seed = {};
  std::string name = {};
  /// Not part of Keras's configuration of this layer.
  bool trainable = true;
};

Shape output_shape(const SpatialDropout2D& layer, const Shape& input);
void lower(const SpatialDropout2D& layer, Lowering& ops);
void fields(SpatialDropout2D& layer, Fields& f);
/// Throws ArgumentError for a rate outside [0, 1].
void validate(const SpatialDropout2D& layer);

}  // namespace sumi
