// Erases a box of images at random in training.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// In training erases a box of some images; otherwise changes nothing. Input (N, H, W, C), output as input.
struct RandomErasing {
  static constexpr const char* class_name = "RandomErasing";
  static constexpr bool records_build = true;
  /// The probability for an image to lose a box is drawn between two bounds, or between 0 and one number. In [0, 1].
  Numbers factor = 1.0;
  /// The squares of the box's sides, as parts of the image's, are drawn between two bounds, or between 0 and one
  /// number. In [0, 1].
  Numbers scale = {0.02, 0.33};
  /// What is then in the box: one number, three for the channels, or None: normal noise times the upper bound of
  /// value_range.
  Numbers fill_value = {};
  /// Which values images have; what fills the box is clipped to it.
  Numbers value_range = {0.0, 255.0};
  Seed seed = {};
  DataFormat data_format = "channels_last";
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const RandomErasing& layer, const Shape& input);
void lower(const RandomErasing& layer, Lowering& ops);
void fields(RandomErasing& layer, Fields& f);
/// Throws ArgumentError for bounds outside [0, 1], and lists of another length.
void validate(const RandomErasing& layer);

}  // namespace sumi
