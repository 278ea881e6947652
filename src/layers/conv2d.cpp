// Shape, ops and configuration of Conv2D.
#include "sumi/layers/conv2d.hpp"

#include "layers/convolution.hpp"

namespace sumi {

Shape output_shape(const Conv2D& layer, const Shape& input) {
  // Keras lets higher ranks through here and fails later.
  layers::expect_rank(input, input.size() < 4 ? layers::Rank::at_least : layers::Rank::exactly, 4,
                      layers::label(layer));
  const layers::Image image(input, layer.data_format);
  layers::expect_groups_divide(layer.groups, image.channels, input);
  const Size2 kernel = layer.kernel_size;
  const Shape of_kernel = {kernel.height, kernel.width, image.channels, layer.filters.get()};
  const layers::Image output =
      layers::convolved(input, image, of_kernel, layer.strides, layer.dilation_rate, layer.padding, layer.filters);
  return layers::activated(output.shape(layer.data_format), layer.activation);
}

void lower(const Conv2D& layer, Lowering& ops) {
  Value x = layers::to_channels_last(ops, ops.input(), layer.data_format);
  const Size2 size = layer.kernel_size;
  const Value kernel =
      ops.weight("kernel", {size.height, size.width, ops.shape(x)[3] / layer.groups, layer.filters.get()},
                 {.initializer = layer.kernel_initializer,
                  .regularizer = layer.kernel_regularizer,
                  .constraint = layer.kernel_constraint});
  x = ops.conv2d(x, kernel, layer.strides, layer.padding, layer.dilation_rate, layer.groups);
  x = layers::add_bias(layer, ops, x);
  layers::finish(layer, ops, layers::from_channels_last(ops, x, layer.data_format));
}

void fields(Conv2D& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("filters", layer.filters);
  f("kernel_size", layer.kernel_size);
  f("strides", layer.strides);
  f("padding", layer.padding);
  f("data_format", layer.data_format);
  f("dilation_rate", layer.dilation_rate);
  f("groups", layer.groups);
  f("activation", layer.activation);
  f("use_bias", layer.use_bias);
  f("kernel_initializer", layer.kernel_initializer);
  f("bias_initializer", layer.bias_initializer);
  f("kernel_regularizer", layer.kernel_regularizer);
  f("bias_regularizer", layer.bias_regularizer);
  f("activity_regularizer", layer.activity_regularizer);
  f("kernel_constraint", layer.kernel_constraint);
  f("bias_constraint", layer.bias_constraint);
  for (const char* name : {"lora_rank", "lora_alpha", "dora_rank", "dora_alpha"}) f.fixed(name, std::nullopt, false);
}

void validate(const Conv2D& layer) {
  layers::expect_positive_window(layer);
  layers::expect_groups(layer.filters, layer.groups);
  layers::expect_no_strides_with_dilation(layer.strides, layer.dilation_rate);
}

}  // namespace sumi
