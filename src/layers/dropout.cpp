// Shape, ops and configuration of Dropout.
#include "sumi/layers/dropout.hpp"

#include "core/text.hpp"
#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {

Shape output_shape(const Dropout& layer, const Shape& input) {
  const Shape& noise = layer.noise_shape;
  bool fits = noise.empty() || noise.size() == input.size();
  for (std::size_t i = 0; fits && i < noise.size(); ++i) {
    fits = noise[i] == None || noise[i] == 1 || input[i] == None || noise[i] == input[i];
  }
  if (!fits) {
    throw ShapeError("The `noise_shape` of layer '" + layers::label(layer) +
                     "' must have the dimensions of its input, or 1. Received: noise_shape=" + to_string(noise) +
                     " for an input of shape " + to_string(input));
  }
  return input;
}

void lower(const Dropout& layer, Lowering& ops) {
  Shape noise = layer.noise_shape;
  for (std::size_t i = 0; i < noise.size(); ++i) {
    if (noise[i] == None) noise[i] = ops.shape(ops.input())[i];
  }
  ops.output(ops.dropout(ops.input(), layer.rate, noise, layer.seed));
}

void fields(Dropout& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("rate", layer.rate);
  f("seed", layer.seed);
  std::optional<Shape> noise;
  if (!layer.noise_shape.empty()) noise = layer.noise_shape;
  f("noise_shape", noise);
  layer.noise_shape = noise.value_or(Shape{});
}

void validate(const Dropout& layer) {
  if (!(layer.rate >= 0 && layer.rate <= 1)) {
    throw ArgumentError(
        "Invalid value received for argument `rate`. Expected a float value between 0 and 1. Received: rate=" +
        repr(layer.rate));
  }
  for (std::size_t i = 0; i < layer.noise_shape.size(); ++i) {
    if (layer.noise_shape[i] > 0 || layer.noise_shape[i] == None) continue;
    throw ArgumentError(
        "Invalid value received for argument `noise_shape`. Expected all dimensions to be positive "
        "integers or None. Received negative or zero value at index " +
        std::to_string(i) + ": " + std::to_string(layer.noise_shape[i]));
  }
}

}  // namespace sumi
