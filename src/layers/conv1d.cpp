// Shape, ops and configuration of Conv1D: a Conv2D of images of height 1.
#include "sumi/layers/conv1d.hpp"

#include "core/text.hpp"
#include "layers/convolution.hpp"
#include "sumi/error.hpp"

namespace sumi {

SequencePadding::SequencePadding(std::string_view name)
    : padding_(lower_case(name) == "causal" ? Padding::causal() : Padding(name)) {}

Shape output_shape(const Conv1D& layer, const Shape& input) {
  layers::expect_rank(input, input.size() < 3 ? layers::Rank::at_least : layers::Rank::exactly, 3,
                      layers::label(layer));
  const bool first = layer.data_format.channels_first();
  const std::int64_t length = input[first ? 2 : 1], channels = input[first ? 1 : 2];
  layers::expect_groups_divide(layer.groups, channels, input);
  const std::int64_t result =
      layers::window_count(length, layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding);
  if (result == 0) {
    const Shape kernel = {layer.kernel_size, channels, layer.filters};
    throw ShapeError(
        "Computed output size would be zero or negative. Received `inputs shape=" + to_string(input) +
        "`, `kernel shape=" + to_string(kernel) + "`, `dilation_rate=" + to_string(Shape{layer.dilation_rate}) +
        "`, `strides=" + to_string(Shape{layer.strides}) + "`, `padding=" + Padding(layer.padding).name() + "`.");
  }
  const Shape output =
      first ? Shape{input[0], layer.filters.get(), result} : Shape{input[0], result, layer.filters.get()};
  return layers::activated(output, layer.activation);
}

void lower(const Conv1D& layer, Lowering& ops) {
  const bool first = layer.data_format.channels_first();
  Value x = first ? ops.transpose(ops.input(), {0, 2, 1}) : ops.input();
  const Shape from = ops.shape(x);
  const std::int64_t channels = from[2] / layer.groups;
  const Value kernel = ops.weight("kernel", {layer.kernel_size.get(), channels, layer.filters.get()},
                                  {.initializer = layer.kernel_initializer,
                                   .regularizer = layer.kernel_regularizer,
                                   .constraint = layer.kernel_constraint});
  x = ops.conv2d(ops.reshape(x, {from[0], 1, from[1], from[2]}),
                 ops.reshape(kernel, {1, layer.kernel_size.get(), channels, layer.filters.get()}), {1, layer.strides},
                 layer.padding, {1, layer.dilation_rate}, layer.groups);
  x = layers::add_bias(layer, ops, x);
  x = ops.reshape(x, {from[0], ops.shape(x)[2], layer.filters.get()});
  layers::finish(layer, ops, first ? ops.transpose(x, {0, 2, 1}) : x);
}

void fields(Conv1D& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("filters", layer.filters);
  layers::single_field("kernel_size", layer.kernel_size, f);
  layers::single_field("strides", layer.strides, f);
  std::string padding = Padding(layer.padding).name();
  f("padding", padding);
  layer.padding = SequencePadding(std::string_view(padding));
  f("data_format", layer.data_format);
  layers::single_field("dilation_rate", layer.dilation_rate, f);
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
}

void validate(const Conv1D& layer) {
  layers::expect_positive("kernel_size", layer.kernel_size);
  layers::expect_positive("strides", layer.strides);
  layers::expect_positive("dilation_rate", layer.dilation_rate);
  layers::expect_groups(layer.filters, layer.groups);
  layers::expect_no_strides_with_dilation(layer.strides, layer.dilation_rate);
}

}  // namespace sumi
