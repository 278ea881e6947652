// What the convolutions have in common: shape, and the checks of their arguments.
#pragma once

#include <string>
#include <vector>

#include "layers/common.hpp"

namespace sumi::layers {

/// The output of a convolution of `input`, whose format's image is `image`, with a kernel of that shape (height and
/// width first). Throws ShapeError where nothing would be left.
Image convolved(const Shape& input, const Image& image, const Shape& kernel, Size2 strides, Size2 dilation,
                Padding padding, std::int64_t filters);

/// Throws ArgumentError unless a number of filters or of kernels for each channel is above 0.
void expect_positive_count(const char* argument, int value);

/// Throws ArgumentError unless filters and groups are above 0 and the one is a multiple of the other.
void expect_groups(int filters, int groups);

/// Throws ShapeError unless the channels of an input are a multiple of groups, or not known.
void expect_groups_divide(int groups, std::int64_t channels, const Shape& input);

/// Throws ArgumentError unless kernel, strides and dilation are above 0.
template <class Convolution>
void expect_positive_window(const Convolution& layer) {
  expect_positive("kernel_size", layer.kernel_size);
  expect_positive("strides", layer.strides);
  expect_positive("dilation_rate", layer.dilation_rate);
}

/// Throws ArgumentError where both are larger than 1.
void expect_no_strides_with_dilation(Size2 strides, Size2 dilation);

/// What convolve_channels makes of an input.
template <class Depthwise>
Image depthwise_shape(const Depthwise& layer, const Shape& input) {
  expect_rank(input, input.size() < 4 ? Rank::at_least : Rank::exactly, 4, label(layer));
  const Image image(input, layer.data_format);
  const Size2 size = layer.kernel_size;
  const std::int64_t channels = image.channels == None ? None : image.channels * layer.depth_multiplier;
  return convolved(input, image, {size.height, size.width, image.channels, layer.depth_multiplier}, layer.strides,
                   layer.dilation_rate, layer.padding, channels);
}

/// Each channel of x with depth_multiplier kernels of its own, which are a weight of that name: groups of one channel.
template <class Depthwise>
Value convolve_channels(const Depthwise& layer, Lowering& ops, Value x, const char* name) {
  const Size2 size = layer.kernel_size;
  const std::int64_t channels = ops.shape(x)[3];
  const Value kernel = ops.weight(name, {size.height, size.width, channels, layer.depth_multiplier},
                                  {.initializer = layer.depthwise_initializer,
                                   .regularizer = layer.depthwise_regularizer,
                                   .constraint = layer.depthwise_constraint});
  return ops.conv2d(x, ops.reshape(kernel, {size.height, size.width, 1, channels * layer.depth_multiplier}),
                    layer.strides, layer.padding, layer.dilation_rate, static_cast<int>(channels));
}

}  // namespace sumi::layers
