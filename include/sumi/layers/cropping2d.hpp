// An image without its margins.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, H, W, C), output (N, H', W', C); channels second in both for "channels_first".
struct Cropping2D {
  static constexpr const char* class_name = "Cropping2D";
  static constexpr bool records_build = true;
  /// Rows and columns to cut off: `1`, `{1, 2}` (height, width) or `{{top, bottom}, {left, right}}`.
  Margins cropping = 0;
  DataFormat data_format = "channels_last";
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const Cropping2D& layer, const Shape& input);
void lower(const Cropping2D& layer, Lowering& ops);
void fields(Cropping2D& layer, Fields& f);
/// Throws ArgumentError for negative numbers.
void validate(const Cropping2D& layer);

}  // namespace sumi
