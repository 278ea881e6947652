// The axes of a sample in another order.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, ...), output (N, ...): dimension i of the output is dimension dims[i] of the input.
struct Permute {
  static constexpr const char* class_name = "Permute";
  static constexpr bool records_build = true;
  /// The axes of a sample, counted from 1, in their new order.
  Required<Shape> dims;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const Permute& layer, const Shape& input);
void lower(const Permute& layer, Lowering& ops);
void fields(Permute& layer, Fields& f);
/// Throws ArgumentError unless dims are the numbers from 1 on, in any order.
void validate(const Permute& layer);

}  // namespace sumi
