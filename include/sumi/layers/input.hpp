// What a model is applied to: the shape of one sample.
#pragma once

#include <optional>
#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// The first layer of a model; it has no weights and changes nothing. Keras's class is called InputLayer.
struct Input {
  static constexpr const char* class_name = "InputLayer";
  /// The shape of a sample, without the batch; None where a dimension may vary.
  Required<Shape> shape;
  /// The size of every batch, where it is fixed.
  std::optional<int> batch_size = {};
  /// What the data are, "float32" or an integer type; they are computed with as float32 in any case.
  std::string dtype = "float32";
  std::string name = {};
};

Shape output_shape(const Input& layer, const Shape& input);
void lower(const Input& layer, Lowering& ops);
void fields(Input& layer, Fields& f);
/// Throws ArgumentError for a dimension below 0, a batch_size below 1 or another dtype.
void validate(const Input& layer);

}  // namespace sumi
