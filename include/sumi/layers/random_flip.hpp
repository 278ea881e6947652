// Mirrors images at random in training.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// In training mirrors half of the images; otherwise changes nothing. Input (N, H, W, C), output as input.
struct RandomFlip {
  static constexpr const char* class_name = "RandomFlip";
  static constexpr bool records_build = true;
  /// "horizontal" (left and right), "vertical" (top and bottom), or "horizontal_and_vertical": both together, as Keras
  /// does.
  std::string mode = "horizontal_and_vertical";
  Seed seed = {};
  DataFormat data_format = "channels_last";
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const RandomFlip& layer, const Shape& input);
void lower(const RandomFlip& layer, Lowering& ops);
void fields(RandomFlip& layer, Fields& f);
/// Throws ArgumentError for another mode.
void validate(const RandomFlip& layer);

}  // namespace sumi
