// Zooms images at random in training.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// In training makes what each image shows smaller or larger; otherwise changes nothing. Input (N, H, W, C), output as
/// input.
struct RandomZoom {
  static constexpr const char* class_name = "RandomZoom";
  static constexpr bool records_build = true;
  /// How much more of the height is shown, 0.2 for a fifth more, -0.2 for a fifth less: two bounds, or one number for
  /// both directions. Above -1, at most 1.
  Required<Numbers> height_factor;
  /// The same for the width; that of the height where absent.
  Numbers width_factor = {};
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

Shape output_shape(const RandomZoom& layer, const Shape& input);
void lower(const RandomZoom& layer, Lowering& ops);
void fields(RandomZoom& layer, Fields& f);
/// Throws ArgumentError for factors outside (-1, 1] and unknown words.
void validate(const RandomZoom& layer);

}  // namespace sumi
