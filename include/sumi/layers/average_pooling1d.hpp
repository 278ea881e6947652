// The mean of each window of a sequence.
#pragma once

#include <optional>
#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, L, C), output (N, L', C); channels second in both for "channels_first".
struct AveragePooling1D {
  static constexpr const char* class_name = "AveragePooling1D";
  /// Length of the window.
  Required<int> pool_size;
  /// Step of the window; pool_size where absent.
  std::optional<int> strides = {};
  /// "valid", or "same": cells outside the sequence don't count.
  Padding padding = "valid";
  DataFormat data_format = "channels_last";
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const AveragePooling1D& layer, const Shape& input);
void lower(const AveragePooling1D& layer, Lowering& ops);
void fields(AveragePooling1D& layer, Fields& f);
/// Throws ArgumentError for sizes that are not positive.
void validate(const AveragePooling1D& layer);

}  // namespace sumi
