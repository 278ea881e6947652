// The shape of a sample: checked, passed on.
#include "sumi/layers/input.hpp"

#include <algorithm>
#include <array>

#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {
namespace {

Shape batch_shape(const Input& layer) {
  Shape shape{layer.batch_size ? *layer.batch_size : None};
  shape.insert(shape.end(), layer.shape.get().begin(), layer.shape.get().end());
  return shape;
}

}  // namespace

Shape output_shape(const Input& layer, const Shape& input) {
  const Shape expected = batch_shape(layer);
  if (input.empty()) return expected;
  const auto fits = [](std::int64_t a, std::int64_t b) { return a == b || a == None || b == None; };
  if (!std::equal(input.begin(), input.end(), expected.begin(), expected.end(), fits)) {
    throw ShapeError("Input 0 with name 'None' of layer '" + layers::label(layer) +
                     "' is incompatible with the layer: expected shape=" + to_string(expected) +
                     ", found shape=" + to_string(input));
  }
  return input;
}

void lower(const Input&, Lowering& ops) { ops.output(ops.input()); }

void fields(Input& layer, Fields& f) {
  Required<Shape> shape = batch_shape(layer);
  f("batch_shape", shape);
  if (shape.get().empty()) {
    throw ArgumentError("The `batch_shape` of an InputLayer must hold the batch size, or None. Received: ()");
  }
  f("dtype", layer.dtype);
  f.fixed("sparse", false);
  f.fixed("ragged", false);
  f("name", layer.name);
  f.fixed("optional", false);
  layer.batch_size = shape.get()[0] == None ? std::nullopt : std::optional<int>(static_cast<int>(shape.get()[0]));
  layer.shape.get().assign(shape.get().begin() + 1, shape.get().end());
}

void validate(const Input& layer) {
  for (const std::int64_t dimension : layer.shape.get()) {
    if (dimension >= 0 || dimension == None) continue;
    throw ArgumentError(
        "Cannot convert '" + to_string(layer.shape.get()) +
        "' to a shape. Expected dimensions of 0 or more, or None. Received: " + std::to_string(dimension));
  }
  if (layer.batch_size && *layer.batch_size <= 0) {
    throw ArgumentError(
        "Invalid value for argument `batch_size`. Expected a strictly positive value or none. "
        "Received batch_size=" +
        std::to_string(*layer.batch_size) + ".");
  }
  constexpr std::array known{"float32", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"};
  if (std::find(known.begin(), known.end(), layer.dtype) == known.end()) {
    throw ArgumentError(
        "Invalid value for argument `dtype` of an InputLayer. Expected 'float32' or an integer type ('uint8', "
        "'int8', ..., 'int64'), which is computed with as float32. Received dtype='" +
        layer.dtype + "'.");
  }
}

}  // namespace sumi
