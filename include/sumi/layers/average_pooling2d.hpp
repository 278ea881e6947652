// The mean of each window of an image.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, H, W, C), output (N, H', W', C); channels second in both for "channels_first".
struct AveragePooling2D {
  static constexpr const char* class_name = "AveragePooling2D";
  /// Height and width of the window.
  Required<Size2> pool_size;
  /// Steps of the window; pool_size where absent.
  OptionalSize2 strides = {};
  /// "valid", or "same": cells outside the image don't count.
  Padding padding = "valid";
  DataFormat data_format = "channels_last";
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const AveragePooling2D& layer, const Shape& input);
void lower(const AveragePooling2D& layer, Lowering& ops);
void fields(AveragePooling2D& layer, Fields& f);
/// Throws ArgumentError for sizes that are not positive.
void validate(const AveragePooling2D& layer);

}  // namespace sumi
