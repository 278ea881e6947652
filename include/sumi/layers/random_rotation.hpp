// Turns images at random in training.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// In training turns each image about its middle; otherwise changes nothing. Input (N, H, W, C), output as input.
struct RandomRotation {
  static constexpr const char* class_name = "RandomRotation";
  static constexpr bool records_build = true;
  /// Counter-clockwise, as a part of a full turn: two bounds, or one number for both directions. Between -1 and 1.
  Required<Numbers> factor;
  /// What stands around the image: "reflect" (c b a | a b c | c b a), "wrap" (a b c | a b c | a b c), "constant" or
  /// "nearest" (a a a | a b c | c c c).
  std::string fill_mode = "reflect";
  /// "bilinear" or "nearest".
  std::string interpolation = "bilinear";
  Seed seed = {};
  /// What "constant" fills with.
  double fill_value = 0.0;
  DataFormat data_format = "channels_last";
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const RandomRotation& layer, const Shape& input);
void lower(const RandomRotation& layer, Lowering& ops);
void fields(RandomRotation& layer, Fields& f);
/// Throws ArgumentError for factors outside [-1, 1] and unknown words.
void validate(const RandomRotation& layer);

}  // namespace sumi
