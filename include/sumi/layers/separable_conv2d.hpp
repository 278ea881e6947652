// Convolution in two steps: within channels, then across them.
#pragma once

#include <string>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Cross-correlation of each channel with kernels of its own, then a mixture of all that gives in each cell, plus bias,
/// then an activation. Input (N, H, W, C), output (N, H', W', filters); channels second in both for "channels_first".
/// Weights: depthwise_kernel (height, width, C, depth_multiplier), pointwise_kernel (1, 1, C * depth_multiplier,
/// filters) and bias (filters).
struct SeparableConv2D {
  static constexpr const char* class_name = "SeparableConv2D";
  /// Number of output channels.
  Required<int> filters;
  /// Height and width of the kernels.
  Required<Size2> kernel_size;
  /// Steps of the window.
  Size2 strides = {1, 1};
  /// "valid", or "same": zeros around the image, so that stride 1 keeps its size.
  Padding padding = "valid";
  DataFormat data_format = "channels_last";
  /// Distance between the cells of the kernel.
  Size2 dilation_rate = {1, 1};
  /// Number of kernels for each channel.
  int depth_multiplier = 1;
  ActivationFunction activation = {};
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer pointwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer = {};
  Regularizer pointwise_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Penalty on the output, divided by the batch size.
  Regularizer activity_regularizer = {};
  Constraint depthwise_constraint = {};
  Constraint pointwise_constraint = {};
  Constraint bias_constraint = {};
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const SeparableConv2D& layer, const Shape& input);
void lower(const SeparableConv2D& layer, Lowering& ops);
void fields(SeparableConv2D& layer, Fields& f);
/// Throws ArgumentError for sizes that are not positive.
void validate(const SeparableConv2D& layer);

}  // namespace sumi
