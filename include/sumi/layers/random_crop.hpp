// Cuts a part out of images, at a random place in training.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// In training cuts a part out of the images, from the same random place of all images in a batch. Otherwise, and where
/// the images are not larger in both directions, takes the largest part in the middle that has the wanted proportions,
/// and scales it. Input (N, H, W, C), output (N, height, width, C).
struct RandomCrop {
  static constexpr const char* class_name = "RandomCrop";
  static constexpr bool records_build = true;
  Required<int> height;
  Required<int> width;
  Seed seed = {};
  DataFormat data_format = "channels_last";
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const RandomCrop& layer, const Shape& input);
void lower(const RandomCrop& layer, Lowering& ops);
void fields(RandomCrop& layer, Fields& f);
/// Throws ArgumentError for sizes that are not positive.
void validate(const RandomCrop& layer);

}  // namespace sumi
