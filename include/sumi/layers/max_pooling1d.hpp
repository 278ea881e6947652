// The largest value of each window of a sequence.
#pragma once

#include <optional>
#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, L, C), output (N, L', C); channels second in both for "channels_first".
struct MaxPooling1D {
  static constexpr const char* class_name = "MaxPooling1D";
  /// Length of the window.
  int pool_size = 2;
  /// Step of the window; pool_size where absent.
  std::optional<int> strides = {};
  /// "valid", or "same": cells outside the sequence never win.
  Padding padding = "valid";
  DataFormat data_format = "channels_last";
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const MaxPooling1D& layer, const Shape& input);
void lower(const MaxPooling1D& layer, Lowering& ops);
void fields(MaxPooling1D& layer, Fields& f);
/// Throws ArgumentError for sizes that are not positive.
void validate(const MaxPooling1D& layer);

}  // namespace sumi
