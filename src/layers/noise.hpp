// What Dropout and its relatives have in common.
#pragma once

#include <string>

#include "core/text.hpp"
#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi::layers {

/// Throws ArgumentError unless the number is a probability.
inline void expect_unit(const std::string& argument, double value) {
  if (value >= 0 && value <= 1) return;
  throw ArgumentError("Invalid value received for argument `" + argument +
                      "`. Expected a float value between 0 and 1. Received: " + argument + "=" + repr(value));
}

/// Throws ArgumentError where a rate leaves nothing of the values that are to be scaled.
template <class T>
void expect_rest(const T& layer, const Lowering& ops) {
  if (!ops.training() || layer.rate < 1) return;
  throw ArgumentError("Expected the `rate` of layer '" + label(layer) +
                      "' to be below 1 in training. Received: rate=" + repr(double{layer.rate}));
}

/// The input's shape. Throws ShapeError where the layer's noise_shape doesn't fit it.
template <class T>
Shape masked_shape(const T& layer, const Shape& input) {
  const Shape& noise = layer.noise_shape;
  bool fits = noise.empty() || noise.size() == input.size();
  for (std::size_t i = 0; fits && i < noise.size(); ++i) {
    fits = noise[i] == None || noise[i] == 1 || input[i] == None || noise[i] == input[i];
  }
  if (fits) return input;
  throw ShapeError("The `noise_shape` of layer '" + label(layer) +
                   "' must have the dimensions of its input, or 1. Received: noise_shape=" + to_string(noise) +
                   " for an input of shape " + to_string(input));
}

/// The layer's noise_shape with the input's dimensions in place of None.
template <class T>
Shape mask_shape(const T& layer, const Lowering& ops) {
  Shape noise = layer.noise_shape;
  for (std::size_t i = 0; i < noise.size(); ++i) {
    if (noise[i] == None) noise[i] = ops.shape(ops.input())[i];
  }
  return noise;
}

template <class T>
void masked_fields(T& layer, Fields& f) {
  base_fields(layer, f);
  f("rate", layer.rate);
  f("seed", layer.seed);
  std::optional<Shape> noise;
  if (!layer.noise_shape.empty()) noise = layer.noise_shape;
  f("noise_shape", noise);
  layer.noise_shape = noise.value_or(Shape{});
}

template <class T>
void validate_masked(const T& layer) {
  expect_unit("rate", layer.rate);
  for (std::size_t i = 0; i < layer.noise_shape.size(); ++i) {
    if (layer.noise_shape[i] > 0 || layer.noise_shape[i] == None) continue;
    throw ArgumentError(
        "Invalid value received for argument `noise_shape`. Expected all dimensions to be positive "
        "integers or None. Received negative or zero value at index " +
        std::to_string(i) + ": " + std::to_string(layer.noise_shape[i]));
  }
}

}  // namespace sumi::layers
