// Every registered layer: what is true of all of them.
#include "layers/layer_properties.hpp"
#include "support/known_classes.hpp"

using namespace sumi;
using namespace sumi::testing;

namespace {

// Odd images of 16 channels, which may lie in blocks; the same as `channels_first` sees them; sequences; rows.
const Shape images{3, 7, 6, 16}, images_first{3, 16, 7, 6}, thin_images{3, 7, 6, 3}, sequences{3, 9, 8}, rows{3, 20};

std::vector<Example> convolutions() {
  return {
      {Conv1D{.filters = 5, .kernel_size = 3, .strides = 2, .activation = "relu"}, sequences},
      {Conv1D{.filters = 6, .kernel_size = 2, .padding = "causal", .dilation_rate = 2, .groups = 2}, sequences},
      {Conv1D{.filters = 4, .kernel_size = 3, .padding = "same", .data_format = "channels_first"}, sequences},
      {Conv2D{.filters = 16, .kernel_size = 3, .activation = "relu"}, images},
      {Conv2D{.filters = 5, .kernel_size = {2, 3}, .strides = {2, 1}, .padding = "same"}, thin_images},
      {Conv2D{.filters = 8, .kernel_size = 3, .data_format = "channels_first", .dilation_rate = 2, .groups = 4},
       images_first},
      {Conv2DTranspose{.filters = 16, .kernel_size = 3, .strides = 2, .padding = "same", .activation = "relu"}, images},
      {Conv2DTranspose{.filters = 5, .kernel_size = {2, 3}, .data_format = "channels_first"}, images_first},
      {DepthwiseConv2D{.kernel_size = 3, .padding = "same", .activation = "relu"}, images},
      {DepthwiseConv2D{.kernel_size = {3, 2}, .strides = 2, .depth_multiplier = 2, .data_format = "channels_first"},
       images_first},
      {SeparableConv2D{.filters = 16, .kernel_size = 3, .activation = "relu"}, images},
      {SeparableConv2D{.filters = 5, .kernel_size = 2, .depth_multiplier = 2, .use_bias = false}, thin_images},
      {Dense{.units = 7, .activation = "relu"}, rows},
      {Dense{.units = 7, .activation = "tanh", .use_bias = false}, images},
  };
}

std::vector<Example> pools_and_sizes() {
  return {
      {MaxPooling2D{}, images},
      {MaxPooling2D{.pool_size = 3, .strides = 2, .padding = "same", .data_format = "channels_first"}, images_first},
      {AveragePooling2D{.pool_size = {2, 3}, .strides = 1, .padding = "same"}, images},
      {AveragePooling2D{.pool_size = 2, .data_format = "channels_first"}, images_first},
      {MaxPooling1D{}, sequences},
      {MaxPooling1D{.pool_size = 3, .strides = 1, .padding = "same", .data_format = "channels_first"}, sequences},
      {AveragePooling1D{.pool_size = 2}, sequences},
      {AveragePooling1D{.pool_size = 3, .strides = 2, .padding = "same", .data_format = "channels_first"}, sequences},
      {GlobalAveragePooling2D{}, images},
      {GlobalAveragePooling2D{.data_format = "channels_first", .keepdims = true}, images_first},
      {GlobalMaxPooling2D{}, images},
      {GlobalMaxPooling2D{.data_format = "channels_first", .keepdims = true}, images_first},
      {GlobalAveragePooling1D{}, sequences},
      {GlobalAveragePooling1D{.data_format = "channels_first", .keepdims = true}, sequences},
      {GlobalMaxPooling1D{}, sequences},
      {GlobalMaxPooling1D{.data_format = "channels_first", .keepdims = true}, sequences},
      {ZeroPadding2D{.padding = {{1, 0}, {2, 3}}}, images},
      {ZeroPadding2D{.data_format = "channels_first"}, images_first},
      {Cropping2D{.cropping = {{1, 0}, {2, 3}}}, images},
      {Cropping2D{.cropping = 1, .data_format = "channels_first"}, images_first},
      {UpSampling2D{.size = {2, 3}}, images},
      {UpSampling2D{.data_format = "channels_first", .interpolation = "bilinear"}, images_first},
      {UpSampling2D{.interpolation = "bilinear"}, images},
      {Flatten{}, images},
      {Flatten{.data_format = "channels_first"}, images_first},
      {Reshape{.target_shape = {-1, 8, 2}}, images},
      {Permute{.dims = {3, 1, 2}}, images},
      {Permute{.dims = {2, 1}}, sequences},
  };
}

std::vector<Example> norms_and_activations() {
  constexpr InTraining batch = InTraining::differs_unless_frozen;
  return {
      {BatchNormalization{}, images, batch},
      {BatchNormalization{.axis = 1, .momentum = 0.5, .scale = false}, images_first, batch},
      {BatchNormalization{.center = false, .renorm = true}, rows, batch},
      {LayerNormalization{}, images},
      {LayerNormalization{.axis = {1, 2}, .center = false}, sequences},
      {GroupNormalization{.groups = 4}, images},
      {GroupNormalization{.groups = 2, .axis = 1, .scale = false}, images_first},
      {Activation{.activation = "gelu"}, images},
      {Activation{.activation = "softmax"}, sequences},
      {ReLU{}, images},
      {ReLU{.max_value = 0.5, .negative_slope = 0.1, .threshold = 0.1}, rows},
      {LeakyReLU{}, images},
      {ELU{.alpha = 0.5}, images},
      {PReLU{}, rows},
      {PReLU{.alpha_initializer = "ones", .shared_axes = {1, 2}}, images},
      {Softmax{}, rows},
      {Softmax{.axis = {1, 2}}, images},
      {Rescaling{.scale = 0.5, .offset = -0.25}, images},
  };
}

std::vector<Example> random_layers() {
  constexpr InTraining differs = InTraining::differs;
  return {
      {Dropout{.rate = 0.5}, images, differs},
      {Dropout{.rate = 0.5, .noise_shape = {None, 1}}, rows, differs},
      {Dropout{.rate = 0.0}, rows},
      {SpatialDropout2D{.rate = 0.5}, images, differs},
      {SpatialDropout2D{.rate = 0.5, .data_format = "channels_first", .seed = 4}, images_first, differs},
      {GaussianNoise{.stddev = 0.5}, images, differs},
      {GaussianDropout{.rate = 0.5}, rows, differs},
      {AlphaDropout{.rate = 0.5}, images, differs},
      {RandomTranslation{.height_factor = 0.3, .width_factor = 0.3}, images, differs},
      {RandomRotation{.factor = 0.3, .fill_mode = "constant"}, thin_images, differs},
      {RandomZoom{.height_factor = {0.2, 0.4}, .data_format = "channels_first"}, images_first, differs},
      {RandomFlip{}, images, differs},
      {RandomFlip{.mode = "horizontal", .data_format = "channels_first"}, images_first, differs},
      {RandomCrop{.height = 4, .width = 3}, images, differs},
      {RandomErasing{.scale = {0.2, 0.5}, .value_range = {-1, 1}}, thin_images, differs},
  };
}

std::vector<Example> examples() {
  std::vector<Example> all;
  for (const auto& some : {convolutions(), pools_and_sizes(), norms_and_activations(), random_layers()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace

TEST_CASE("every layer but Input has an example") {
  const std::vector<Example> all = examples();
  for (const std::string& class_name : known<Layer>()) {
    if (!Layer::is_built_in(class_name) || class_name == Input::class_name) continue;
    INFO(class_name);
    CHECK(std::any_of(all.begin(), all.end(), [&](const Example& e) { return e.layer.class_name() == class_name; }));
  }
}

TEST_CASE("every layer has the properties of layers") {
  const std::vector<Example> all = examples();
  for (std::size_t i = 0; i < all.size(); ++i) {
    DYNAMIC_SECTION(all[i].layer.class_name() << ", example " << i) { check_layer_properties(all[i]); }
  }
}

TEST_CASE("Input has those properties that it can have") {
  const Layer input = Input{.shape = {7, 6, 3}};
  CHECK(input->infer_shape(thin_images) == thin_images);
  CHECK(input->infer_shape(batches_of(thin_images)) == batches_of(thin_images));
  Layer copy = Input{.shape = {}};
  saving::read_object(copy, saving::to_object(input));
  CHECK(saving::equal(copy, input));
  // It passes on what it gets.
  Sequential model({input, Flatten{}});
  CHECK(model.output_shape() == Shape{None, 126});
  const Tensor x = some_of(thin_images);
  CHECK(numbers(model.predict(x, {.verbose = 0})) == numbers(x));
}
