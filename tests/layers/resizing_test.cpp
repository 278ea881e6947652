// Padding, cropping, upsampling, pooling of sequences, global pooling, and Permute: numbers as Keras gives them,
// shapes, and what is refused.
#include "layers/counted_output.hpp"

using namespace sumi;
using namespace sumi::testing;

TEST_CASE("ZeroPadding2D and Cropping2D: margins of all sides") {
  CHECK(output_of(ZeroPadding2D{.padding = {{1, 0}, {0, 2}}}, {1, 2, 2, 1}) ==
        Floats{0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0});
  CHECK(output_of(ZeroPadding2D{.padding = {0, {1, 0}}, .data_format = "channels_first"}, {1, 2, 2, 2}) ==
        Floats{0, 1, 2, 0, 3, 4, 0, 5, 6, 0, 7, 8});
  CHECK(output_of(ZeroPadding2D{}, {1, 1, 1, 1}) == Floats{0, 0, 0, 0, 1, 0, 0, 0, 0});
  CHECK(output_of(Cropping2D{.cropping = {{1, 0}, {0, 2}}}, {1, 2, 3, 1}) == Floats{4});
  CHECK(output_of(Cropping2D{.cropping = {0, 1}, .data_format = "channels_first"}, {1, 2, 1, 3}) == Floats{2, 5});
  CHECK(output_of(Cropping2D{}, {1, 2, 1, 1}) == Floats{1, 2});
}

TEST_CASE("UpSampling2D: nearest and bilinear") {
  CHECK(output_of(UpSampling2D{.size = {2, 3}}, {1, 1, 2, 1}) == Floats{1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2});
  CHECK(output_of(UpSampling2D{.size = {1, 2}, .data_format = "channels_first"}, {1, 2, 1, 2}) ==
        Floats{1, 1, 2, 2, 3, 3, 4, 4});
  // Multiples of a quarter: exact.
  CHECK(output_of(UpSampling2D{.interpolation = "bilinear"}, {1, 2, 3, 1}) ==
        Floats{1,    1.25, 1.75, 2.25, 2.75, 3,    1.75, 2,    2.5,  3,    3.5,  3.75,
               3.25, 3.5,  4,    4.5,  5,    5.25, 4,    4.25, 4.75, 5.25, 5.75, 6});
}

TEST_CASE("MaxPooling1D and AveragePooling1D") {
  const std::vector<std::size_t> sequence = {1, 5, 1};
  CHECK(output_of(MaxPooling1D{}, sequence) == Floats{2, 4});
  CHECK(output_of(MaxPooling1D{.padding = "same"}, sequence) == Floats{2, 4, 5});
  CHECK(output_of(MaxPooling1D{.pool_size = 3, .strides = 1}, sequence) == Floats{3, 4, 5});
  CHECK(output_of(MaxPooling1D{.strides = 1, .data_format = "channels_first"}, {1, 2, 3}) == Floats{2, 3, 5, 6});
  CHECK(output_of(AveragePooling1D{.pool_size = 2, .padding = "same"}, sequence) == Floats{1.5F, 3.5F, 5});
  CHECK(output_of(AveragePooling1D{.pool_size = 2, .strides = 1}, {1, 3, 2}) == Floats{2, 3, 4, 5});
}

TEST_CASE("global pooling") {
  CHECK(output_of(GlobalMaxPooling2D{}, {1, 2, 2, 2}) == Floats{7, 8});
  CHECK(output_of(GlobalMaxPooling2D{.data_format = "channels_first", .keepdims = true}, {1, 2, 2, 2}) == Floats{4, 8});
  CHECK(output_of(GlobalAveragePooling2D{.keepdims = true}, {1, 2, 2, 2}) == Floats{4, 5});
  CHECK(output_of(GlobalMaxPooling1D{.keepdims = true}, {1, 3, 2}) == Floats{5, 6});
  CHECK(output_of(GlobalMaxPooling1D{.data_format = "channels_first"}, {1, 2, 3}) == Floats{3, 6});
  CHECK(output_of(GlobalAveragePooling1D{}, {1, 3, 2}) == Floats{3, 4});
  CHECK(output_of(GlobalAveragePooling1D{.data_format = "channels_first", .keepdims = true}, {1, 2, 3}) ==
        Floats{2, 5});
}

TEST_CASE("Permute counts the axes of a sample from 1") {
  CHECK(output_of(Permute{.dims = {2, 1}}, {1, 2, 3}) == Floats{1, 4, 2, 5, 3, 6});
  CHECK(output_of(Permute{.dims = {3, 1, 2}}, {1, 2, 1, 2}) == Floats{1, 3, 2, 4});
}

TEST_CASE("shapes of resized inputs with unknown sizes") {
  const auto shape_of = [](const Layer& layer, const Shape& input) { return layer->infer_shape(input); };
  CHECK(shape_of(ZeroPadding2D{}, {None, None, 5, 2}) == Shape{None, None, 7, 2});
  CHECK(shape_of(Cropping2D{.cropping = 1}, {None, None, 5, None}) == Shape{None, None, 3, None});
  CHECK(shape_of(UpSampling2D{}, {None, None, 5, 2}) == Shape{None, None, 10, 2});
  CHECK(shape_of(MaxPooling1D{}, {None, None, 2}) == Shape{None, None, 2});
  CHECK(shape_of(GlobalMaxPooling2D{}, {None, None, None, 2}) == Shape{None, 2});
  CHECK(shape_of(Permute{.dims = {2, 1}}, {None, None, 2}) == Shape{None, 2, None});
}

TEST_CASE("what resizing layers refuse") {
  CHECK(
      refusal(ZeroPadding2D{.padding = {1, -2}}) ==
      "The `2nd entry of padding` argument must be a tuple of 2 integers. Received 2nd entry of padding=-2, including "
      "values {-2} that do not satisfy `value >= 0`");
  CHECK(refusal(Cropping2D{.cropping = -1}) == "`cropping` cannot be negative. Received: cropping=-1.");
  CHECK(refusal(Cropping2D{.cropping = {{1, -1}, 0}}).starts_with("The `1st entry of cropping` argument"));
  CHECK(refusal(UpSampling2D{.size = 0}) ==
        "The `size` argument must be a tuple of 2 integers. Received size=(0, 0), including values {0} that do not "
        "satisfy `value > 0`");
  CHECK(refusal(UpSampling2D{.interpolation = "bicubic"}) ==
        "The `interpolation` argument must be one of {'nearest', 'bilinear'}. Received: bicubic");
  CHECK(
      refusal(MaxPooling1D{.pool_size = 0}) ==
      "The `pool_size` argument must be a tuple of 1 integers. Received pool_size=0, including values {0} that do not "
      "satisfy `value > 0`");
  CHECK(refusal(AveragePooling1D{.pool_size = 2, .strides = 0}).starts_with("The `strides` argument"));
  CHECK(refusal(Permute{.dims = {1, 3}}) ==
        "Invalid permutation argument `dims` for Permute Layer. The set of indices in `dims` must be consecutive and "
        "start from 1. Received dims=(1, 3)");
  const auto misfit = [](const Layer& layer, const Shape& input) {
    return test::error_text<ShapeError>([&] { layer->infer_shape(input); });
  };
  CHECK(misfit(Cropping2D{.cropping = 2}, {1, 4, 4, 1}) ==
        "Values in `cropping` argument should be smaller than the corresponding spatial dimension of the input. "
        "Received: input_shape=(1, 4, 4, 1), cropping=((2, 2), (2, 2))");
  CHECK(misfit(MaxPooling1D{.pool_size = 5}, {1, 4, 2}) ==
        "Computed output size would be zero or negative. Received: `inputs.shape=(1, 4, 2)`, `pool_size=(5,)`, "
        "`strides=(5,)`, `padding=valid`.");
  CHECK(misfit(UpSampling2D{}, {1, 4, 4}).find("expected ndim=4, found ndim=3") != std::string::npos);
  CHECK(misfit(GlobalMaxPooling1D{}, {1, 4}).find("expected ndim=3, found ndim=2") != std::string::npos);
  CHECK(misfit(Permute{.dims = {1, 2, 3}}, {1, 4, 4}).find("expected ndim=4, found ndim=3") != std::string::npos);
}
