// Output shapes of every layer (golden cases conv_shape, pool_shape, reshape_shape), and the errors of those that don't
// fit.
#include "sumi/layers.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using test::error_text;

namespace {

Shape shape_of(const Layer& layer, const Shape& input) { return layer->infer_shape(input); }
std::string refusal(const Layer& layer, const Shape& input) {
  return error_text<ShapeError>([&] { layer->infer_shape(input); });
}

}  // namespace

TEST_CASE("Input takes what fits its shape") {
  const Layer input = Input{.shape = {28, 28, 1}};
  CHECK(shape_of(input, {}) == Shape{None, 28, 28, 1});
  CHECK(shape_of(input, {250, 28, 28, 1}) == Shape{250, 28, 28, 1});
  CHECK(shape_of(Input{.shape = {None, 3}, .batch_size = 4}, {}) == Shape{4, None, 3});
  CHECK(refusal(input, {250, 28, 27, 1}) ==
        "Input 0 with name 'None' of layer 'input_layer' is incompatible with the layer: expected shape=(None, 28, 28, "
        "1), found shape=(250, 28, 27, 1)");
  CHECK_THROWS_AS(shape_of(Input{.shape = {2}, .batch_size = 4}, {5, 2}), ShapeError);
}

TEST_CASE("Conv2D: Keras's shape table") {
  CHECK(shape_of(Conv2D{.filters = 5, .kernel_size = 2}, {3, 5, 5, 4}) == Shape{3, 4, 4, 5});
  CHECK(shape_of(Conv2D{.filters = 6, .kernel_size = 2, .padding = "same", .dilation_rate = {2, 2}, .groups = 2},
                 {3, 4, 4, 4}) == Shape{3, 4, 4, 6});
}

TEST_CASE("Conv2D: strides, dilation, unknown sizes, channels first") {
  CHECK(shape_of(Conv2D{.filters = 8, .kernel_size = 3, .strides = 2}, {None, 28, 27, 1}) == Shape{None, 13, 13, 8});
  CHECK(shape_of(Conv2D{.filters = 8, .kernel_size = 3, .strides = {2, 3}, .padding = "same"}, {1, 7, 7, 1}) ==
        Shape{1, 4, 3, 8});
  CHECK(shape_of(Conv2D{.filters = 8, .kernel_size = 3, .dilation_rate = 2}, {1, 7, 5, 1}) == Shape{1, 3, 1, 8});
  CHECK(shape_of(Conv2D{.filters = 8, .kernel_size = 3}, {None, None, 9, None}) == Shape{None, None, 7, 8});
  CHECK(shape_of(Conv2D{.filters = 8, .kernel_size = 3, .data_format = "channels_first"}, {2, 3, 10, 9}) ==
        Shape{2, 8, 8, 7});
}

TEST_CASE("Conv2D refuses inputs that don't fit") {
  CHECK(refusal(Conv2D{.filters = 8, .kernel_size = 3}, {None, 784}) ==
        "Input 0 with name 'None' of layer 'conv2d' is incompatible with the layer: expected min_ndim=4, found ndim=2. "
        "Full shape received: (None, 784)");
  CHECK_THROWS_AS(shape_of(Conv2D{.filters = 8, .kernel_size = 3}, {1, 2, 3, 4, 5}), ShapeError);
  CHECK(refusal(Conv2D{.filters = 8, .kernel_size = {3, 3}, .name = "c"}, {None, 2, 9, 1}) ==
        "Computed output size would be zero or negative. Received `inputs shape=(None, 2, 9, 1)`, `kernel shape=(3, 3, "
        "1, 8)`, `dilation_rate=(1, 1)`, `strides=(1, 1)`, `padding=valid`.");
  // A window that just fits leaves one position.
  CHECK(shape_of(Conv2D{.filters = 8, .kernel_size = 3, .strides = 5}, {1, 3, 3, 1}) == Shape{1, 1, 1, 8});
  CHECK(refusal(Conv2D{.filters = 4, .kernel_size = 1, .groups = 2}, {1, 5, 5, 3}) ==
        "The number of input channels must be evenly divisible by the number of groups. Received groups=2, but the "
        "input has 3 channels (full input shape is (1, 5, 5, 3)).");
}

TEST_CASE("pooling: Keras's shape table") {
  CHECK(shape_of(MaxPooling2D{.pool_size = 2, .strides = 1}, {3, 5, 5, 4}) == Shape{3, 4, 4, 4});
  CHECK(shape_of(MaxPooling2D{.pool_size = 2, .strides = 1, .padding = "same", .data_format = "channels_first"},
                 {3, 5, 5, 4}) == Shape{3, 5, 5, 4});
  CHECK(shape_of(MaxPooling2D{.pool_size = {2, 3}, .strides = {2, 2}}, {3, 5, 5, 4}) == Shape{3, 2, 2, 4});
  CHECK(shape_of(AveragePooling2D{.pool_size = {2, 3}, .strides = {2, 2}, .padding = "same"}, {3, 5, 5, 4}) ==
        Shape{3, 3, 3, 4});
  CHECK(
      shape_of(
          AveragePooling2D{.pool_size = {2, 3}, .strides = {3, 3}, .padding = "same", .data_format = "channels_first"},
          {3, 5, 5, 4}) == Shape{3, 5, 2, 2});
  // Without strides the window moves by its own size; odd rows are dropped.
  CHECK(shape_of(MaxPooling2D{}, {None, 11, 11, 64}) == Shape{None, 5, 5, 64});
  CHECK(shape_of(MaxPooling2D{.pool_size = {3, 2}}, {None, 9, None, 1}) == Shape{None, 3, None, 1});
}

TEST_CASE("pooling refuses inputs that don't fit") {
  CHECK(refusal(MaxPooling2D{.name = "pool"}, {None, 28, 28}) ==
        "Input 0 with name 'None' of layer 'pool' is incompatible with the layer: expected ndim=4, found ndim=3. Full "
        "shape received: (None, 28, 28)");
  CHECK(refusal(AveragePooling2D{.pool_size = 3}, {None, 2, 5, 1}) ==
        "Computed output size would be zero or negative. Received: `inputs.shape=(None, 2, 5, 1)`, `pool_size=(3, 3)`, "
        "`strides=(3, 3)`, `padding=valid`.");
}

TEST_CASE("GlobalAveragePooling2D") {
  CHECK(shape_of(GlobalAveragePooling2D{.data_format = "channels_first"}, {3, 5, 6, 4}) == Shape{3, 5});
  CHECK(shape_of(GlobalAveragePooling2D{}, {None, 5, 6, 4}) == Shape{None, 4});
  CHECK(shape_of(GlobalAveragePooling2D{.keepdims = true}, {3, 5, 6, 4}) == Shape{3, 1, 1, 4});
  CHECK(shape_of(GlobalAveragePooling2D{.data_format = "channels_first", .keepdims = true}, {3, 5, 6, 4}) ==
        Shape{3, 5, 1, 1});
  CHECK_THROWS_AS(shape_of(GlobalAveragePooling2D{}, {3, 5}), ShapeError);
}

TEST_CASE("BatchNormalization keeps the shape") {
  CHECK(shape_of(BatchNormalization{}, {None, 26, 26, 32}) == Shape{None, 26, 26, 32});
  CHECK(shape_of(BatchNormalization{.axis = 1}, {3, 4}) == Shape{3, 4});
  CHECK(
      refusal(BatchNormalization{.axis = 4}, {1, 2, 3}) ==
      "Axis 4 is out of bounds for input shape (1, 2, 3) of layer 'batch_normalization', whose first dimension is the "
      "batch. Received: axis=4");
  CHECK_THROWS_AS(shape_of(BatchNormalization{.axis = 0}, {1, 2, 3}), ShapeError);
  CHECK_THROWS_AS(shape_of(BatchNormalization{}, {3}), ShapeError);
}

TEST_CASE("Flatten") {
  CHECK(shape_of(Flatten{}, {None, 5, 5, 64}) == Shape{None, 1600});
  CHECK(shape_of(Flatten{.data_format = "channels_first"}, {2, 3, 4, 5}) == Shape{2, 60});
  CHECK(shape_of(Flatten{}, {7}) == Shape{7, 1});
  CHECK(shape_of(Flatten{}, {2, None, 3}) == Shape{2, None});
}

TEST_CASE("Reshape: Keras's shape table") {
  CHECK(shape_of(Reshape{.target_shape = {8, 1}}, {3, 2, 4}) == Shape{3, 8, 1});
  CHECK(shape_of(Reshape{.target_shape = {-1, 1}}, {3, 2, 4}) == Shape{3, 8, 1});
  CHECK(shape_of(Reshape{.target_shape = {1, -1}}, {3, 2, 4}) == Shape{3, 1, 8});
  CHECK(shape_of(Reshape{.target_shape = {2, -1}}, {3, 2, 4}) == Shape{3, 2, 4});
  CHECK(shape_of(Reshape{.target_shape = {-1, 3}}, {None, None, 4}) == Shape{None, None, 3});
}

TEST_CASE("Reshape refuses another size") {
  CHECK(refusal(Reshape{.target_shape = {5, 2}}, {3, 2, 4}) ==
        "The total size of the tensor must be unchanged. Received: input_shape=(2, 4), target_shape=(5, 2)");
  CHECK(refusal(Reshape{.target_shape = {-1, 3}}, {3, 2, 4}) ==
        "The total size of the tensor must be unchanged. Received: input_shape=(2, 4), target_shape=(-1, 3)");
  CHECK_THROWS_AS(shape_of(Reshape{.target_shape = {-1, 0}}, {3, 2, 4}), ShapeError);
}

TEST_CASE("Dense works on the last axis") {
  CHECK(shape_of(Dense{.units = 10}, {None, 256}) == Shape{None, 10});
  CHECK(shape_of(Dense{.units = 10}, {2, 3, 4, 5}) == Shape{2, 3, 4, 10});
  CHECK(refusal(Dense{.units = 10}, {5}) ==
        "Input 0 with name 'None' of layer 'dense' is incompatible with the layer: expected min_ndim=2, found ndim=1. "
        "Full shape received: (5,)");
}

TEST_CASE("element-wise layers keep the shape") {
  const Shape shape{None, 3, 4};
  CHECK(shape_of(Activation{.activation = "relu"}, shape) == shape);
  CHECK(shape_of(ReLU{}, shape) == shape);
  CHECK(shape_of(Rescaling{.scale = 2}, shape) == shape);
  CHECK(shape_of(Dropout{.rate = 0.5}, shape) == shape);
  CHECK(shape_of(Softmax{.axis = {1, 2}}, shape) == shape);
}

TEST_CASE("Softmax and Dropout refuse axes and masks that don't fit") {
  CHECK(refusal(Softmax{.axis = 3}, {2, 3, 4}) ==
        "The axes of layer 'softmax' must be different dimensions of its input. Received: axis=3 for an input of shape "
        "(2, 3, 4)");
  CHECK_THROWS_AS(shape_of(Softmax{.axis = {1, -2}}, {2, 3, 4}), ShapeError);
  CHECK(shape_of(Dropout{.rate = 0.5, .noise_shape = {None, 1, 4}}, {2, 3, 4}) == Shape{2, 3, 4});
  CHECK(refusal(Dropout{.rate = 0.5, .noise_shape = {None, 2, 4}}, {2, 3, 4}) ==
        "The `noise_shape` of layer 'dropout' must have the dimensions of its input, or 1. Received: "
        "noise_shape=(None, 2, 4) for an input of shape (2, 3, 4)");
  CHECK_THROWS_AS(shape_of(Dropout{.rate = 0.5, .noise_shape = {1, 4}}, {2, 3, 4}), ShapeError);
}

TEST_CASE("image layers want images") {
  CHECK(shape_of(RandomCrop{.height = 3, .width = 2}, {None, 7, 6, 4}) == Shape{None, 3, 2, 4});
  CHECK(shape_of(RandomCrop{.height = 3, .width = 2, .data_format = "channels_first"}, {None, 4, 7, 6}) ==
        Shape{None, 4, 3, 2});
  CHECK(
      refusal(RandomCrop{.height = 3, .width = 2}, {None, None, 6, 4}) ==
      "RandomCrop requires the input to have a fully defined height and width. Received: images.shape=(None, None, 6, "
      "4)");
  CHECK(refusal(RandomFlip{}, {None, 6, 4}) ==
        "Expected image tensor to have rank 4 (batch of images). Received: data.shape=(None, 6, 4)");
  CHECK(refusal(SpatialDropout2D{.rate = 0.5}, {None, 6, 4}) ==
        "Input 0 with name 'None' of layer 'spatial_dropout2d' is incompatible with the layer: expected ndim=4, found "
        "ndim=3. Full shape received: (None, 6, 4)");
}
