// Shape, ops and configuration of DepthwiseConv2D.
#include "sumi/layers/depthwise_conv2d.hpp"

#include "layers/convolution.hpp"

namespace sumi {

Shape output_shape(const DepthwiseConv2D& layer, const Shape& input) {
  return layers::activated(layers::depthwise_shape(layer, input).shape(layer.data_format), layer.activation);
}

void lower(const DepthwiseConv2D& layer, Lowering& ops) {
  Value x = layers::to_channels_last(ops, ops.input(), layer.data_format);
  x = layers::add_bias(layer, ops, layers::convolve_channels(layer, ops, x, "kernel"));
  layers::finish(layer, ops, layers::from_channels_last(ops, x, layer.data_format));
}

void fields(DepthwiseConv2D& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("depth_multiplier", layer.depth_multiplier);
  f("kernel_size", layer.kernel_size);
  f("strides", layer.strides);
  f("padding", layer.padding);
  f("data_format", layer.data_format);
  f("dilation_rate", layer.dilation_rate);
  f("activation", layer.activation);
  f("use_bias", layer.use_bias);
  f("depthwise_initializer", layer.depthwise_initializer);
  f("bias_initializer", layer.bias_initializer);
  f("depthwise_regularizer", layer.depthwise_regularizer);
  f("bias_regularizer", layer.bias_regularizer);
  f("activity_regularizer", layer.activity_regularizer);
  f("depthwise_constraint", layer.depthwise_constraint);
  f("bias_constraint", layer.bias_constraint);
}

void validate(const DepthwiseConv2D& layer) {
  layers::expect_positive_count("depth_multiplier", layer.depth_multiplier);
  layers::expect_positive_window(layer);
}

}  // namespace sumi
