// The largest value of each channel of an image.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, H, W, C), or (N, C, H, W) for "channels_first"; output (N, C).
struct GlobalMaxPooling2D {
  static constexpr const char* class_name = "GlobalMaxPooling2D";
  DataFormat data_format = "channels_last";
  /// Keeps height and width as dimensions of 1.
  bool keepdims = false;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const GlobalMaxPooling2D& layer, const Shape& input);
void lower(const GlobalMaxPooling2D& layer, Lowering& ops);
void fields(GlobalMaxPooling2D& layer, Fields& f);

}  // namespace sumi
