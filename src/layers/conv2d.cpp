// Shape, ops and configuration of Conv2D.
#include "sumi/layers/conv2d.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {

Shape output_shape(const Conv2D& layer, const Shape& input) {
  // Keras lets higher ranks through here and fails later.
  layers::expect_rank(input, input.size() < 4 ? layers::Rank::at_least : layers::Rank::exactly, 4,
                      layers::label(layer));
  layers::Image image(input, layer.data_format);
  const Size2 kernel = layer.kernel_size, strides = layer.strides, dilation = layer.dilation_rate;
  if (image.channels != None && image.channels % layer.groups != 0) {
    throw ShapeError("The number of input channels must be evenly divisible by the number of groups. Received groups=" +
                     std::to_string(layer.groups) + ", but the input has " + std::to_string(image.channels) +
                     " channels (full input shape is " + to_string(input) + ").");
  }
  const Shape kernel_shape{kernel.height, kernel.width, image.channels, layer.filters.get()};
  image.height = layers::window_count(image.height, kernel.height, strides.height, dilation.height, layer.padding);
  image.width = layers::window_count(image.width, kernel.width, strides.width, dilation.width, layer.padding);
  image.channels = layer.filters;
  if (image.height == 0 || image.width == 0) {
    throw ShapeError("Computed output size would be zero or negative. Received `inputs shape=" + to_string(input) +
                     "`, `kernel shape=" + to_string(kernel_shape) + "`, `dilation_rate=" + to_string(dilation) +
                     "`, `strides=" + to_string(strides) + "`, `padding=" + layer.padding.name() + "`.");
  }
  return layers::activated(image.shape(layer.data_format), layer.activation);
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
  if (layer.use_bias) {
    x = ops.add_bias(x, ops.weight("bias", {layer.filters.get()},
                                   {.initializer = layer.bias_initializer,
                                    .regularizer = layer.bias_regularizer,
                                    .constraint = layer.bias_constraint}));
  }
  // Last, because a softmax goes over the last axis of what comes out, whichever that is.
  x = ops.activate(layers::from_channels_last(ops, x, layer.data_format), layer.activation);
  if (layer.activity_regularizer) ops.activity_penalty(layer.activity_regularizer, x);
  ops.output(x);
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
  layers::expect_positive("kernel_size", layer.kernel_size);
  layers::expect_positive("strides", layer.strides);
  layers::expect_positive("dilation_rate", layer.dilation_rate);
  const std::string groups = std::to_string(layer.groups), filters = std::to_string(layer.filters);
  if (layer.filters <= 0) {
    throw ArgumentError(
        "Invalid value for argument `filters`. Expected a strictly positive value. Received filters=" + filters + ".");
  }
  if (layer.groups <= 0) {
    throw ArgumentError("The number of groups must be a positive integer. Received: groups=" + groups + ".");
  }
  if (layer.filters % layer.groups != 0) {
    throw ArgumentError("The number of filters must be evenly divisible by the number of groups. Received: groups=" +
                        groups + ", filters=" + filters + ".");
  }
  if (std::max(layer.strides.height, layer.strides.width) > 1 &&
      std::max(layer.dilation_rate.height, layer.dilation_rate.width) > 1) {
    throw ArgumentError("`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: strides=" +
                        to_string(layer.strides) + " and dilation_rate=" + to_string(layer.dilation_rate));
  }
}

}  // namespace sumi
