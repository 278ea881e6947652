// Zeros around an image.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, H, W, C), output (N, H', W', C); channels second in both for "channels_first".
struct ZeroPadding2D {
  static constexpr const char* class_name = "ZeroPadding2D";
  static constexpr bool records_build = true;
  /// Rows and columns of zeros: `1`, `{1, 2}` (height, width) or `{{top, bottom}, {left, right}}`.
  Margins padding = 1;
  DataFormat data_format = "channels_last";
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const ZeroPadding2D& layer, const Shape& input);
void lower(const ZeroPadding2D& layer, Lowering& ops);
void fields(ZeroPadding2D& layer, Fields& f);
/// Throws ArgumentError for negative numbers.
void validate(const ZeroPadding2D& layer);

}  // namespace sumi
