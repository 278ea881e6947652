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
  Value x = layers::sequence_to_image(ops, ops.input(), layer.data_format);
  const std::int64_t channels = ops.shape(x)[3] / layer.groups;
  const Value kernel = ops.weight("kernel", {layer.kernel_size.get(), channels, layer.filters.get()},
                                  {.initializer = layer.kernel_initializer,
                                   .regularizer = layer.kernel_regularizer,
                                   .constraint = layer.kernel_constraint});
  x = ops.conv2d(x, ops.reshape(kernel, {1, layer.kernel_size.get(), channels, layer.filters.get()}),
                 {1, layer.strides}, layer.padding, {1, layer.dilation_rate}, layer.groups);
  x = layers::add_bias(layer, ops, x);
  layers::finish(layer, ops, layers::image_to_sequence(ops, x, layer.data_format));
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
