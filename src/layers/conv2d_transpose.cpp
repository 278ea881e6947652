// Shape, ops and configuration of Conv2DTranspose.
#include "sumi/layers/conv2d_transpose.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "layers/convolution.hpp"
#include "sumi/error.hpp"

namespace sumi {
namespace {

std::int64_t transposed_size(std::int64_t size, int kernel, int stride, int dilation, Padding padding,
                             std::optional<int> output_padding) {
  if (size == None) return None;
  const int span = (kernel - 1) * dilation + 1;
  if (padding.same()) return output_padding ? (size - 1) * stride + span % 2 + *output_padding : size * stride;
  return (size - 1) * stride + (output_padding ? span + *output_padding : std::max(span, stride));
}

layers::Image transposed(const Conv2DTranspose& layer, layers::Image image) {
  const Size2 kernel = layer.kernel_size, strides = layer.strides, dilation = layer.dilation_rate;
  std::optional<int> height, width;
  if (layer.output_padding) {
    height = layer.output_padding->height;
    width = layer.output_padding->width;
  }
  image.height = transposed_size(image.height, kernel.height, strides.height, dilation.height, layer.padding, height);
  image.width = transposed_size(image.width, kernel.width, strides.width, dilation.width, layer.padding, width);
  image.channels = layer.filters;
  return image;
}

}  // namespace

Shape output_shape(const Conv2DTranspose& layer, const Shape& input) {
  layers::expect_rank(input, layers::Rank::exactly, 4, layers::label(layer));
  const layers::Image output = transposed(layer, layers::Image(input, layer.data_format));
  return layers::activated(output.shape(layer.data_format), layer.activation);
}

void lower(const Conv2DTranspose& layer, Lowering& ops) {
  Value x = layers::to_channels_last(ops, ops.input(), layer.data_format);
  const Size2 size = layer.kernel_size;
  const Value kernel = ops.weight("kernel", {size.height, size.width, layer.filters.get(), ops.shape(x)[3]},
                                  {.initializer = layer.kernel_initializer,
                                   .regularizer = layer.kernel_regularizer,
                                   .constraint = layer.kernel_constraint});
  const layers::Image image = transposed(layer, layers::Image(ops.shape(x), "channels_last"));
  x = ops.conv2d_transpose(x, kernel, layer.strides, layer.padding, layer.dilation_rate,
                           {static_cast<int>(image.height), static_cast<int>(image.width)});
  x = layers::add_bias(layer, ops, x);
  layers::finish(layer, ops, layers::from_channels_last(ops, x, layer.data_format));
}

void fields(Conv2DTranspose& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("filters", layer.filters);
  f("kernel_size", layer.kernel_size);
  f("strides", layer.strides);
  f("padding", layer.padding);
  f("output_padding", layer.output_padding);
  f("data_format", layer.data_format);
  f("dilation_rate", layer.dilation_rate);
  f("activation", layer.activation);
  f("use_bias", layer.use_bias);
  f("kernel_initializer", layer.kernel_initializer);
  f("bias_initializer", layer.bias_initializer);
  f("kernel_regularizer", layer.kernel_regularizer);
  f("bias_regularizer", layer.bias_regularizer);
  f("activity_regularizer", layer.activity_regularizer);
  f("kernel_constraint", layer.kernel_constraint);
  f("bias_constraint", layer.bias_constraint);
}

void validate(const Conv2DTranspose& layer) {
  layers::expect_positive_count("filters", layer.filters);
  layers::expect_positive_window(layer);
  layers::expect_no_strides_with_dilation(layer.strides, layer.dilation_rate);
  if (!layer.output_padding) return;
  const Size2 padding = *layer.output_padding;
  const int more[] = {padding.height, padding.width}, steps[] = {layer.strides.height, layer.strides.width};
  for (int i = 0; i < 2; ++i) {
    if (more[i] >= 0 && more[i] < steps[i]) continue;
    throw ArgumentError("`output_padding` must be strictly less than `strides` for all dimensions. At dimension " +
                        std::to_string(i) + ", `output_padding` is " + std::to_string(more[i]) + " but `strides` is " +
                        std::to_string(steps[i]) + ". Received: output_padding=" + to_string(padding) +
                        ", strides=" + to_string(layer.strides));
  }
}

}  // namespace sumi
