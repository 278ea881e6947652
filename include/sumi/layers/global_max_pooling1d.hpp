// The largest value of each channel of a sequence.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, L, C), or (N, C, L) for "channels_first"; output (N, C).
struct GlobalMaxPooling1D {
  static constexpr const char* class_name = "GlobalMaxPooling1D";
  DataFormat data_format = "channels_last";
  /// Keeps the length as a dimension of 1.
  bool keepdims = false;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const GlobalMaxPooling1D& layer, const Shape& input);
void lower(const GlobalMaxPooling1D& layer, Lowering& ops);
void fields(GlobalMaxPooling1D& layer, Fields& f);

}  // namespace sumi
