// The mean of each channel of a sequence.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, L, C), or (N, C, L) for "channels_first"; output (N, C).
struct GlobalAveragePooling1D {
  static constexpr const char* class_name = "GlobalAveragePooling1D";
  DataFormat data_format = "channels_last";
  /// Keeps the length as a dimension of 1.
  bool keepdims = false;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const GlobalAveragePooling1D& layer, const Shape& input);
void lower(const GlobalAveragePooling1D& layer, Lowering& ops);
void fields(GlobalAveragePooling1D& layer, Fields& f);

}  // namespace sumi
