// Convolution of each channel alone.
#pragma once

#include <string>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Cross-correlation of each channel of images with kernels of its own, plus bias, then an activation.
/// Input (N, H, W, C), output (N, H', W', C * depth_multiplier), those of a channel side by side; channels second in
/// both for "channels_first". Weights: kernel (height, width, C, depth_multiplier) and bias (C * depth_multiplier).
struct DepthwiseConv2D {
  static constexpr const char* class_name = "DepthwiseConv2D";
  /// Height and width of the kernels.
  Required<Size2> kernel_size;
  /// Steps of the window.
  Size2 strides = {1, 1};
  /// "valid", or "same": zeros around the image, so that stride 1 keeps its size.
  Padding padding = "valid";
  /// Number of kernels for each channel.
  int depth_multiplier = 1;
  DataFormat data_format = "channels_last";
  /// Distance between the cells of the kernel.
  Size2 dilation_rate = {1, 1};
  ActivationFunction activation = {};
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Penalty on the output, divided by the batch size.
  Regularizer activity_regularizer = {};
  Constraint depthwise_constraint = {};
  Constraint bias_constraint = {};
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const DepthwiseConv2D& layer, const Shape& input);
void lower(const DepthwiseConv2D& layer, Lowering& ops);
void fields(DepthwiseConv2D& layer, Fields& f);
/// Throws ArgumentError for sizes that are not positive.
void validate(const DepthwiseConv2D& layer);

}  // namespace sumi
