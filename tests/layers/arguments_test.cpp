// What each layer refuses when it is made, in Keras's words (golden cases of area error).
#include "sumi/layers.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;

namespace {

template <class T>
std::string refusal(const T& layer) {
  return test::error_text<ArgumentError>([&] { Layer{layer}; });
}

}  // namespace

TEST_CASE("Conv2D's arguments") {
  CHECK(refusal(Conv2D{.filters = 0, .kernel_size = 1}) ==
        "Invalid value for argument `filters`. Expected a strictly positive value. Received filters=0.");
  CHECK(refusal(Conv2D{.filters = 2, .kernel_size = {1, 0}}) ==
        "The `kernel_size` argument must be a tuple of 2 integers. Received kernel_size=(1, 0), including values {0} "
        "that do not satisfy `value > 0`");
  CHECK(refusal(Conv2D{.filters = 2, .kernel_size = {2, 2}, .strides = 0})
            .starts_with("The `strides` argument must be a tuple of 2 integers. Received strides=(0, 0)"));
  CHECK(refusal(Conv2D{.filters = 2, .kernel_size = {2, 2}, .dilation_rate = {-1, 0}})
            .ends_with("Received dilation_rate=(-1, 0), including values {-1, 0} that do not satisfy `value > 0`"));
  CHECK(refusal(Conv2D{.filters = 2, .kernel_size = {2, 2}, .strides = 2, .dilation_rate = {2, 1}}) ==
        "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: strides=(2, 2) and "
        "dilation_rate=(2, 1)");
  CHECK(refusal(Conv2D{.filters = 5, .kernel_size = {2, 2}, .groups = 0}) ==
        "The number of groups must be a positive integer. Received: groups=0.");
  CHECK(refusal(Conv2D{.filters = 5, .kernel_size = {2, 2}, .groups = 2}) ==
        "The number of filters must be evenly divisible by the number of groups. Received: groups=2, filters=5.");
}

TEST_CASE("Dense's units") {
  CHECK(refusal(Dense{.units = 0}) ==
        "Received an invalid value for `units`, expected a positive integer. Received: units=0");
  CHECK(refusal(Dense{.units = -3}) ==
        "Received an invalid value for `units`, expected a positive integer. Received: units=-3");
}

TEST_CASE("pooling's windows") {
  CHECK(refusal(MaxPooling2D{.pool_size = {2, 0}})
            .starts_with("The `pool_size` argument must be a tuple of 2 integers."));
  CHECK(refusal(MaxPooling2D{.strides = {0, 1}}).starts_with("The `strides` argument must be a tuple of 2 integers."));
  CHECK(refusal(AveragePooling2D{.pool_size = -1}).ends_with("including values {-1} that do not satisfy `value > 0`"));
}

TEST_CASE("BatchNormalization's arguments") {
  CHECK(refusal(BatchNormalization{.synchronized = true})
            .starts_with("Argument synchronized=True is only supported with the TensorFlow backend"));
  CHECK(refusal(BatchNormalization{.momentum = 1.5}) ==
        "Invalid value for argument `momentum`. Expected a float between 0 and 1. Received: momentum=1.5");
  CHECK(refusal(BatchNormalization{.epsilon = -1}) ==
        "Invalid value for argument `epsilon`. Expected a float of at least 0. Received: epsilon=-1.0");
  CHECK(refusal(BatchNormalization{.renorm = true, .renorm_clipping = RenormClipping{.rmin = 2, .rmax = 1}}) ==
        "Invalid `renorm_clipping`: rmax should be greater than rmin. Received: rmax=1.0, rmin=2.0");
  CHECK(refusal(BatchNormalization{.renorm = true, .renorm_clipping = RenormClipping{.dmax = -1}}) ==
        "Invalid `renorm_clipping`: dmax should be non-negative. Received: dmax=-1.0");
}

TEST_CASE("Reshape's target") {
  CHECK(refusal(Reshape{.target_shape = {-1, -1, 5}}) ==
        "There must be at most one unknown dimension (-1) in `target_shape`. Received: target_shape=(-1, -1, 5).");
  CHECK(refusal(Reshape{.target_shape = {-2}}) ==
        "Each dimension in `target_shape` must be a non-negative integer, or `-1` for a single unknown dimension. "
        "Received: target_shape=(-2,).");
}

TEST_CASE("Dropout's arguments") {
  CHECK(refusal(Dropout{.rate = 1.5}) ==
        "Invalid value received for argument `rate`. Expected a float value between 0 and 1. Received: rate=1.5");
  CHECK(refusal(Dropout{.rate = 0.5, .noise_shape = {None, 0}})
            .ends_with("Received negative or zero value at index 1: 0"));
}

TEST_CASE("arguments of noise") {
  CHECK(refusal(SpatialDropout2D{.rate = -0.5}) ==
        "Invalid value received for argument `rate`. Expected a float value between 0 and 1. Received: rate=-0.5");
  CHECK(refusal(GaussianNoise{.stddev = 1.5}) ==
        "Invalid value received for argument `stddev`. Expected a float value between 0 and 1. Received: stddev=1.5");
  CHECK(refusal(GaussianDropout{.rate = 2}).ends_with("Received: rate=2.0"));
  CHECK(refusal(AlphaDropout{.rate = 2}).ends_with("Received: rate=2.0"));
  CHECK(refusal(AlphaDropout{.rate = 0.5, .noise_shape = {None, -3}})
            .ends_with("Received negative or zero value at index 1: -3"));
}

TEST_CASE("arguments of augmentation") {
  const std::string translation =
      "The `factor` argument should be a number (or a list of two numbers) in the range [-1.0, 1.0]. Received: ";
  CHECK(refusal(RandomTranslation{.height_factor = 1.5, .width_factor = 0.0}) == translation + "height_factor=1.5");
  CHECK(refusal(RandomTranslation{.height_factor = 0.0, .width_factor = {-1.5, 0}}) ==
        translation + "width_factor=(-1.5, 0.0)");
  CHECK(refusal(RandomTranslation{.height_factor = Numbers{0.1, 0.2, 0.3}, .width_factor = 0.0}) ==
        translation + "height_factor=(0.1, 0.2, 0.3)");
  CHECK(refusal(RandomTranslation{.height_factor = Numbers(), .width_factor = 0.0}) ==
        translation + "height_factor=None");
  CHECK(refusal(RandomTranslation{.height_factor = 0.1, .width_factor = 0.1, .fill_mode = "mirror"}) ==
        "Unknown `fill_mode` mirror. Expected of one ('reflect', 'wrap', 'constant', 'nearest').");
  CHECK(refusal(RandomRotation{.factor = 0.1, .interpolation = "bilinaer"}) ==
        "Unknown `interpolation` bilinaer. Expected of one ('nearest', 'bilinear'). Did you mean 'bilinear'?");
  CHECK(refusal(RandomRotation{.factor = 1.5}) ==
        "The `factor` argument should be a number (or a list of two numbers) in the range [-1, 1]. Received: "
        "factor=1.5");
  const std::string zoom =
      "The `height_factor` and `width_factor` arguments should be a number (or a list of two numbers) in the range "
      "(-1.0, 1.0]. Received: ";
  CHECK(refusal(RandomZoom{.height_factor = -1.0}) == zoom + "height_factor=-1.0");
  CHECK(refusal(RandomZoom{.height_factor = 0.5, .width_factor = 2.0}) == zoom + "width_factor=2.0");
  CHECK(refusal(RandomFlip{.mode = "sideways"}) ==
        "Unknown `mode` sideways. Expected of one ('horizontal', 'vertical', 'horizontal_and_vertical').");
  CHECK(refusal(RandomCrop{.height = 0, .width = 3}).starts_with("The `height` argument must be"));
  CHECK(refusal(RandomErasing{.factor = 1.5}) ==
        "The `factor` argument should be a number (or a list of two numbers) in the range [0, 1]. Received: "
        "factor=1.5");
  CHECK(refusal(RandomErasing{.scale = {-0.5, 0.5}}) ==
        "The `scale` argument should be a number (or a list of two numbers) in the range [0, 1]. Received: "
        "scale=(-0.5, 0.5)");
  CHECK(refusal(RandomErasing{.fill_value = {1, 2}}) ==
        "The `fill_value` argument should be a number (or a list of three numbers). Received: 2 numbers");
  CHECK(refusal(RandomErasing{.value_range = 1.0}).ends_with("Received: value_range=(1.0)"));
}

TEST_CASE("ReLU's arguments") {
  CHECK(refusal(ReLU{.max_value = -1}) ==
        "max_value of a ReLU layer cannot be a negative value. Received: max_value=-1.0");
  CHECK(refusal(ReLU{.negative_slope = -0.1}) ==
        "negative_slope of a ReLU layer cannot be None or a negative value. Received: negative_slope=-0.1");
  CHECK(refusal(ReLU{.threshold = -2}) ==
        "threshold of a ReLU layer cannot be None or a negative value. Received: threshold=-2.0");
}

TEST_CASE("Softmax's axes") {
  CHECK(refusal(Softmax{.axis = {1, 1}}).ends_with("Received: axis=(1, 1)"));
  CHECK(refusal(Softmax{.axis = std::vector<int>{}}).ends_with("Received: axis=()"));
}

TEST_CASE("Input's arguments") {
  CHECK(refusal(Input{.shape = {-2}}).ends_with("Expected dimensions of 0 or more, or None. Received: -2"));
  CHECK(refusal(Input{.shape = {2}, .batch_size = 0}).ends_with("Received batch_size=0."));
  CHECK(refusal(Input{.shape = {2}, .dtype = "float16"}).ends_with("Received dtype='float16'."));
  CHECK(refusal(Input{.shape = {2}, .dtype = "uint8"}) == "no error");
}

TEST_CASE("layers by class name") {
  CHECK(Layer::from_identifier("Conv2D").class_name() == "Conv2D");
  CHECK(Layer::is_built_in("InputLayer"));
  CHECK_FALSE(Layer::is_built_in("conv2d"));
  CHECK(test::error_text<ArgumentError>([] {
          Layer::from_identifier("Conv4D");
        }).starts_with("Could not locate class 'Conv4D'. Known: InputLayer, Conv1D, Conv2D,"));
}
