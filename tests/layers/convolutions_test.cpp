// The convolutions beside Conv2D: numbers that Keras gives for small inputs, shapes, and what they refuse.
#include <numeric>

#include "layers/counted_output.hpp"

using namespace sumi;

using namespace sumi::testing;

// All are sums of products of small integers, exact in float whatever their order.
TEST_CASE("Conv2DTranspose: strides, padding, output_padding and dilation as in Keras") {
  const std::vector<std::size_t> image = {1, 2, 2, 1};
  const auto with = [&](Conv2DTranspose layer) { return output_of(layer, image); };
  CHECK(with({.filters = 1, .kernel_size = 2, .strides = 2}) ==
        Floats{1, 2, 2, 4, 3, 4, 6, 8, 3, 6, 4, 8, 9, 12, 12, 16});
  CHECK(with({.filters = 1, .kernel_size = 3, .strides = 2}) ==
        Floats{1, 2, 5, 4, 6, 4, 5, 14, 10, 12, 10, 14, 36, 24, 30, 12, 15, 34, 20, 24, 21, 24, 55, 32, 36});
  CHECK(with({.filters = 1, .kernel_size = 3, .strides = 2, .padding = "same"}) ==
        Floats{1, 2, 5, 4, 4, 5, 14, 10, 10, 14, 36, 24, 12, 15, 34, 20});
  CHECK(with({.filters = 1, .kernel_size = 3, .strides = 2, .padding = "same", .output_padding = 0}) ==
        Floats{5, 14, 10, 14, 36, 24, 15, 34, 20});
  CHECK(with({.filters = 1, .kernel_size = 4, .strides = 2, .padding = "same", .output_padding = 1}) ==
        Floats{6, 17, 20, 16, 42, 52, 32, 82, 92});
  CHECK(with({.filters = 1, .kernel_size = 2, .padding = "same", .dilation_rate = 2}) == Floats{4, 6, 6, 4});
  CHECK(with({.filters = 1, .kernel_size = {3, 2}, .strides = {1, 2}, .padding = "same"}) ==
        Floats{6, 10, 10, 16, 14, 18, 22, 28});
}

TEST_CASE("Conv2DTranspose whose strides are larger than its kernel leaves zeros between") {
  const Floats spread = {1, 2, 0, 2, 4, 0, 3, 4,  0, 6,  8,  0, 0, 0, 0, 0, 0, 0,
                         3, 6, 0, 4, 8, 0, 9, 12, 0, 12, 16, 0, 0, 0, 0, 0, 0, 0};
  CHECK(output_of(Conv2DTranspose{.filters = 1, .kernel_size = 2, .strides = 3}, {1, 2, 2, 1}) == spread);
  CHECK(output_of(Conv2DTranspose{.filters = 1, .kernel_size = 2, .strides = 3, .padding = "same"}, {1, 2, 2, 1}) ==
        spread);
  const Floats sparse =
      output_of(Conv2DTranspose{.filters = 1, .kernel_size = 1, .strides = 3, .padding = "same"}, {1, 2, 2, 1});
  CHECK(sparse[0] == 1);
  CHECK(sparse[3] == 2);
  CHECK(sparse[18] == 3);
  CHECK(sparse[21] == 4);
  CHECK(std::accumulate(sparse.begin(), sparse.end(), 0.0F) == 10);
}

TEST_CASE("Conv1D: padding, dilation, strides and groups as in Keras") {
  const auto with = [&](Conv1D layer) { return output_of(layer, {1, 3, 2}); };
  CHECK(with({.filters = 2, .kernel_size = 2, .padding = "causal"}) == Floats{19, 22, 50, 60, 82, 100});
  CHECK(with({.filters = 2, .kernel_size = 2, .padding = "causal", .dilation_rate = 2}) ==
        Floats{19, 22, 43, 50, 74, 88});
  CHECK(with({.filters = 2, .kernel_size = 2, .strides = 2, .padding = "same"}) == Floats{50, 60, 23, 34});
  CHECK(with({.filters = 2, .kernel_size = 2, .groups = 2}) == Floats{10, 20, 18, 32});
}

TEST_CASE("DepthwiseConv2D and SeparableConv2D as in Keras") {
  CHECK(output_of(DepthwiseConv2D{.kernel_size = 2, .depth_multiplier = 2}, {1, 2, 2, 2}) ==
        Floats{152, 168, 220, 240});
  CHECK(output_of(SeparableConv2D{.filters = 1, .kernel_size = {1, 2}, .depth_multiplier = 2}, {1, 2, 2, 2}) ==
        Floats{318, 718});
}

TEST_CASE("Convolutions take channels first") {
  // One channel: the same numbers in the same order, whichever format.
  for (const char* format : {"channels_last", "channels_first"}) {
    const bool first = std::string_view(format) == "channels_first";
    const std::vector<std::size_t> image =
        first ? std::vector<std::size_t>{1, 1, 2, 2} : std::vector<std::size_t>{1, 2, 2, 1};
    const std::vector<std::size_t> sequence =
        first ? std::vector<std::size_t>{1, 1, 3} : std::vector<std::size_t>{1, 3, 1};
    CHECK(output_of(Conv2DTranspose{.filters = 1, .kernel_size = 2, .padding = "same", .data_format = format}, image) ==
          Floats{1, 4, 6, 20});
    CHECK(output_of(DepthwiseConv2D{.kernel_size = 2, .data_format = format}, image) == Floats{30});
    CHECK(output_of(SeparableConv2D{.filters = 1, .kernel_size = 2, .data_format = format}, image) == Floats{30});
    CHECK(output_of(Conv1D{.filters = 1, .kernel_size = 2, .data_format = format}, sequence) == Floats{5, 8});
  }
}

TEST_CASE("shapes of convolutions with unknown sizes") {
  const auto shape_of = [](const Layer& layer, const Shape& input) { return layer->infer_shape(input); };
  CHECK(shape_of(Conv2DTranspose{.filters = 4, .kernel_size = 3, .strides = 2}, {None, None, 5, 2}) ==
        Shape{None, None, 11, 4});
  CHECK(shape_of(DepthwiseConv2D{.kernel_size = 3, .depth_multiplier = 2}, {None, None, 5, None}) ==
        Shape{None, None, 3, None});
  CHECK(shape_of(SeparableConv2D{.filters = 4, .kernel_size = 3}, {None, None, 5, 2}) == Shape{None, None, 3, 4});
  CHECK(shape_of(Conv1D{.filters = 4, .kernel_size = 3, .padding = "causal"}, {None, 5, 2}) == Shape{None, 5, 4});
  CHECK(shape_of(Conv1D{.filters = 4, .kernel_size = 3}, {None, None, 2}) == Shape{None, None, 4});
}

TEST_CASE("what convolutions refuse") {
  CHECK(refusal(DepthwiseConv2D{.kernel_size = 3, .depth_multiplier = 0}) ==
        "Invalid value for argument `depth_multiplier`. Expected a strictly positive value. Received "
        "depth_multiplier=0.");
  CHECK(refusal(DepthwiseConv2D{.kernel_size = 0}).starts_with("The `kernel_size` argument must be a tuple of 2"));
  CHECK(refusal(SeparableConv2D{.filters = 0, .kernel_size = 3}).starts_with("Invalid value for argument `filters`."));
  CHECK(refusal(SeparableConv2D{.filters = 1, .kernel_size = 3, .depth_multiplier = 0})
            .starts_with("Invalid value for argument `depth_multiplier`."));
  CHECK(refusal(Conv2DTranspose{.filters = 0, .kernel_size = 3}).starts_with("Invalid value for argument `filters`."));
  CHECK(refusal(Conv2DTranspose{.filters = 2, .kernel_size = 3, .strides = 2, .dilation_rate = 2}) ==
        "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: strides=(2, 2) and "
        "dilation_rate=(2, 2)");
  CHECK(refusal(Conv2DTranspose{.filters = 2, .kernel_size = 3, .strides = 2, .output_padding = 2}) ==
        "`output_padding` must be strictly less than `strides` for all dimensions. At dimension 0, `output_padding` is "
        "2 but `strides` is 2. Received: output_padding=(2, 2), strides=(2, 2)");
  CHECK(
      refusal(Conv1D{.filters = 3, .kernel_size = 0}) ==
      "The `kernel_size` argument must be a tuple of 1 integers. Received kernel_size=0, including values {0} that do "
      "not satisfy `value > 0`");
  CHECK(refusal(Conv1D{.filters = 3, .kernel_size = 2, .strides = 2, .dilation_rate = 2})
            .starts_with("`strides > 1` not supported in conjunction with `dilation_rate > 1`."));
  CHECK_THROWS_AS(Padding("causal"), ArgumentError);
  CHECK_THROWS_AS(SequencePadding("full"), ArgumentError);
  const auto misfit = [](const Layer& layer, const Shape& input) {
    return test::error_text<ShapeError>([&] { layer->infer_shape(input); });
  };
  CHECK(misfit(Conv1D{.filters = 3, .kernel_size = 9}, {1, 5, 2})
            .starts_with("Computed output size would be zero or negative. Received `inputs shape=(1, 5, 2)`"));
  CHECK(misfit(Conv1D{.filters = 3, .kernel_size = 2}, {1, 5}) ==
        "Input 0 with name 'None' of layer 'conv1d' is incompatible with the layer: expected min_ndim=3, found ndim=2. "
        "Full shape received: (1, 5)");
  CHECK(misfit(DepthwiseConv2D{.kernel_size = 9}, {1, 5, 5, 2})
            .starts_with("Computed output size would be zero or negative."));
}
