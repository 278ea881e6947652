// Two-dimensional convolution.
#pragma once

#include <string>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Cross-correlation of images with trained kernels, plus bias, then an activation.
/// Input (N, H, W, C), output (N, H', W', filters); channels second in both for "channels_first". Weights: kernel
/// (height, width, C / groups, filters) and bias (filters).
struct Conv2D {
  static constexpr const char* class_name = "Conv2D";
  /// Number of output channels, a multiple of groups.
  Required<int> filters;
  /// Height and width of the kernel.
  Required<Size2> kernel_size;
  /// Steps of the window; more than 1 only without dilation.
  Size2 strides = {1, 1};
  /// "valid", or "same": zeros around the image, so that stride 1 keeps its size.
  Padding padding = "valid";
  DataFormat data_format = "channels_last";
  /// Distance between the cells of the kernel.
  Size2 dilation_rate = {1, 1};
  /// Input channels are split into so many groups, each with its own share of the filters.
  int groups = 1;
  ActivationFunction activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Penalty on the output, divided by the batch size.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const Conv2D& layer, const Shape& input);
void lower(const Conv2D& layer, Lowering& ops);
void fields(Conv2D& layer, Fields& f);
/// Throws ArgumentError for sizes that are not positive, filters that groups don't divide, or strides with dilation.
void validate(const Conv2D& layer);

}  // namespace sumi
