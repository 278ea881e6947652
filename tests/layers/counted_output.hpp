// What a layer makes of 1, 2, 3 ..., and what it says to arguments that it refuses.
#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "sumi/layers.hpp"
#include "sumi/sequential.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

namespace sumi::testing {

inline Tensor counted(const std::vector<std::size_t>& shape) {
  Tensor values = Tensor::from_shape(shape);
  std::iota(values.begin(), values.end(), 1.0F);
  return values;
}

/// What the layer makes of 1, 2, 3 ... where its kernels are 1, 2, 3 ..., too, and its bias is 0.
inline std::vector<float> output_of(const Layer& layer, const std::vector<std::size_t>& shape) {
  Sequential model({layer});
  Shape input(shape.begin(), shape.end());
  input[0] = None;
  model.build(input);
  std::vector<Tensor> weights = model.get_weights();
  for (Tensor& weight : weights) {
    if (weight.dimension() > 1) std::iota(weight.begin(), weight.end(), 1.0F);
  }
  model.set_weights(weights);
  const Tensor y = model.predict(counted(shape), {.verbose = 0});
  CHECK(Shape(y.shape().begin(), y.shape().end()) == layer->infer_shape(Shape(shape.begin(), shape.end())));
  return {y.begin(), y.end()};
}

template <class T>
std::string refusal(const T& layer) {
  return test::error_text<ArgumentError>([&] { Layer{layer}; });
}

using Floats = std::vector<float>;

}  // namespace sumi::testing
