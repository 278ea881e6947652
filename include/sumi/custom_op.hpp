// An op of the user's own: forward and backward on xtensor views.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sumi/tensor.hpp"

namespace sumi {

/// A differentiable function of one or more arrays. Used in a layer's `lower` through Lowering::custom.
struct CustomOp {
  /// Shown in the plan.
  std::string name;
  /// Shape of the result, from those of the inputs.
  std::function<Shape(const std::vector<Shape>&)> output_shape;
  /// Writes every element of output.
  std::function<void(const std::vector<ConstTensorView>& inputs, TensorView& output)> forward;
  /// Writes every element of each of input_gradients, given the gradient of the loss with respect to the output.
  std::function<void(const std::vector<ConstTensorView>& inputs, const ConstTensorView& output,
                     const ConstTensorView& output_gradient, std::vector<TensorView>& input_gradients)>
      backward;
};

}  // namespace sumi
