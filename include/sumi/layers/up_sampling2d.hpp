// An image of several times the size.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, H, W, C), output (N, H', W', C); channels second in both for "channels_first".
struct UpSampling2D {
  static constexpr const char* class_name = "UpSampling2D";
  static constexpr bool records_build = true;
  /// How many times the height and the width.
  Size2 size = {2, 2};
  DataFormat data_format = "channels_last";
  /// "nearest" (each cell is repeated) or "bilinear" (between the centres of the cells).
  std::string interpolation = "nearest";
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const UpSampling2D& layer, const Shape& input);
void lower(const UpSampling2D& layer, Lowering& ops);
void fields(UpSampling2D& layer, Fields& f);
/// Throws ArgumentError for sizes that are not positive, and other interpolations.
void validate(const UpSampling2D& layer);

}  // namespace sumi
