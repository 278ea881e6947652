// Shape, ops and configuration of SeparableConv2D.
#include "sumi/layers/separable_conv2d.hpp"

#include "layers/convolution.hpp"

namespace sumi {

Shape output_shape(const SeparableConv2D& layer, const Shape& input) {
  layers::Image image = layers::depthwise_shape(layer, input);
  image.channels = layer.filters;
  return layers::activated(image.shape(layer.data_format), layer.activation);
}

void lower(const SeparableConv2D& layer, Lowering& ops) {
  Value x = layers::to_channels_last(ops, ops.input(), layer.data_format);
  x = layers::convolve_channels(layer, ops, x, "depthwise_kernel");
  const Value pointwise = ops.weight("pointwise_kernel", {1, 1, ops.shape(x)[3], layer.filters.get()},
                                     {.initializer = layer.pointwise_initializer,
                                      .regularizer = layer.pointwise_regularizer,
                                      .constraint = layer.pointwise_constraint});
  x = layers::add_bias(layer, ops, ops.conv2d(x, pointwise, 1, "valid", 1, 1));
  layers::finish(layer, ops, layers::from_channels_last(ops, x, layer.data_format));
}

void fields(SeparableConv2D& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("depth_multiplier", layer.depth_multiplier);
  f("filters", layer.filters);
  f("kernel_size", layer.kernel_size);
  f("strides", layer.strides);
  f("padding", layer.padding);
  f("data_format", layer.data_format);
  f("dilation_rate", layer.dilation_rate);
  f("activation", layer.activation);
  f("use_bias", layer.use_bias);
  f("depthwise_initializer", layer.depthwise_initializer);
  f("pointwise_initializer", layer.pointwise_initializer);
  f("bias_initializer", layer.bias_initializer);
  f("depthwise_regularizer", layer.depthwise_regularizer);
  f("pointwise_regularizer", layer.pointwise_regularizer);
  f("bias_regularizer", layer.bias_regularizer);
  f("activity_regularizer", layer.activity_regularizer);
  f("depthwise_constraint", layer.depthwise_constraint);
  f("pointwise_constraint", layer.pointwise_constraint);
  f("bias_constraint", layer.bias_constraint);
}

void validate(const SeparableConv2D& layer) {
  layers::expect_positive_count("depth_multiplier", layer.depth_multiplier);
  layers::expect_positive_count("filters", layer.filters);
  layers::expect_positive_window(layer);
}

}  // namespace sumi
