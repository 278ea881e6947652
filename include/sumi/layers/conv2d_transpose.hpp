// Transposed convolution, which makes images larger.
#pragma once

#include <string>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// The transpose of a convolution: each cell adds its share of the kernels to a window of the output; plus bias, then
/// an activation. Input (N, H, W, C), output (N, H', W', filters); channels second in both for "channels_first".
/// Weights: kernel (height, width, filters, C) and bias (filters). H' is, with the kernel's span s = (height - 1) *
/// dilation + 1, H * stride for "same", (H - 1) * stride + max(s, stride) for "valid"; with an output_padding p (H - 1)
/// * stride + p, plus s % 2 for "same", s for "valid". The same for W'.
struct Conv2DTranspose {
  static constexpr const char* class_name = "Conv2DTranspose";
  /// Number of output channels.
  Required<int> filters;
  /// Height and width of the kernel.
  Required<Size2> kernel_size;
  /// Distance in the output between neighbours of the input; more than 1 only without dilation.
  Size2 strides = {1, 1};
  /// "valid" keeps all that the kernels reach, "same" makes images strides times as large.
  Padding padding = "valid";
  /// Cells at the end of the output; less than strides.
  OptionalSize2 output_padding = {};
  DataFormat data_format = "channels_last";
  /// Distance between the cells of the kernel.
  Size2 dilation_rate = {1, 1};
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

Shape output_shape(const Conv2DTranspose& layer, const Shape& input);
void lower(const Conv2DTranspose& layer, Lowering& ops);
void fields(Conv2DTranspose& layer, Fields& f);
/// Throws ArgumentError for sizes that are not positive, strides with dilation, or an output_padding that is no
/// less than strides.
void validate(const Conv2DTranspose& layer);

}  // namespace sumi
