// Random layers with random arguments, for models that are built in sumi and in real Keras.
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "sumi/layers.hpp"

namespace sumi::testing {

/// What a layer is drawn with, and for what. The same numbers from the same seed everywhere, unlike the standard's
/// distributions.
class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  int number(int from, int to) { return from + static_cast<int>(random_() % static_cast<unsigned>(to - from + 1)); }
  bool coin() { return number(0, 1) == 1; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return *(values.begin() + number(0, static_cast<int>(values.size()) - 1));
  }
  template <class T>
  const T& one_of(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(number(0, static_cast<int>(values.size()) - 1))];
  }
  Size2 size(int from, int to) {
    const int height = number(from, to);
    return {height, number(from, to)};
  }
  Margins margins(int to) {
    const Size2 before = size(0, to), after = size(0, to);
    return {{before.height, after.height}, {before.width, after.width}};
  }
  Padding padding() { return one_of<const char*>({"valid", "same"}); }
  /// Every name that Keras knows and that needs no arguments, but two: of "sparsemax" Keras 3.15 makes something else
  /// than its documentation says where more than one value is left, and its layers don't know that "glu" halves an
  /// axis.
  ActivationFunction activation() {
    return one_of<const char*>(
        {"linear",       "relu",        "relu6",       "leaky_relu", "elu",         "selu",          "celu",
         "gelu",         "silu",        "sigmoid",     "tanh",       "exponential", "softplus",      "softsign",
         "hard_sigmoid", "hard_silu",   "hard_tanh",   "mish",       "log_sigmoid", "squareplus",    "soft_shrink",
         "hard_shrink",  "tanh_shrink", "sparse_plus", "softmax",    "log_softmax", "sparse_sigmoid"});
  }
  Regularizer regularizer() { return one_of<Regularizer>({{}, {}, L2{.l2 = 0.01}, L1L2{.l1 = 0.001, .l2 = 0.01}}); }
  Constraint constraint() { return one_of<Constraint>({{}, {}, MaxNorm{.max_value = 1.0}}); }
  /// Only for weights without a regularizer: the slope of |w| at 0 is 1 in JAX.
  Constraint non_negative() { return one_of<Constraint>({{}, NonNeg{}}); }
  /// The rate of noise: none where the model is trained, since sumi's random numbers are not Keras's.
  double rate() { return trains ? 0.0 : 0.1 * number(1, 5); }
  /// The axis of the channels.
  int channels() const { return data_format.channels_first() ? 1 : -1; }

  /// Of the layer's input, with the batch.
  Shape input = {};
  DataFormat data_format = "channels_last";
  bool trains = true;

 private:
  std::mt19937 random_;
};

using Make = std::function<Layer(Dice&)>;

/// Images to images.
inline const std::vector<Make> image_layers = {
    [](Dice& dice) {
      const bool strided = dice.coin();
      return Conv2D{.filters = dice.number(1, 3) * 2,
                    .kernel_size = dice.size(1, 3),
                    .strides = strided ? dice.size(1, 2) : Size2(1),
                    .padding = dice.padding(),
                    .data_format = dice.data_format,
                    .dilation_rate = strided ? Size2(1) : dice.size(1, 2),
                    .activation = dice.activation(),
                    .use_bias = dice.coin(),
                    .kernel_regularizer = dice.regularizer()};
    },
    [](Dice& dice) {
      return Conv2D{.filters = 4,
                    .kernel_size = 3,
                    .data_format = dice.data_format,
                    .groups = 2,
                    .activation = dice.activation(),
                    .activity_regularizer = dice.regularizer()};
    },
    [](Dice& dice) {
      return Conv2D{.filters = 8,
                    .kernel_size = 3,
                    .padding = dice.padding(),
                    .data_format = dice.data_format,
                    .activation = "relu"};
    },
    [](Dice& dice) {
      const bool strided = dice.coin();
      const Size2 strides = strided ? dice.size(1, 3) : Size2(1);
      Conv2DTranspose layer{.filters = dice.number(1, 4),
                            .kernel_size = dice.size(1, 4),
                            .strides = strides,
                            .padding = dice.padding(),
                            .data_format = dice.data_format,
                            .dilation_rate = strided ? Size2(1) : dice.size(1, 2),
                            .activation = dice.activation(),
                            .use_bias = dice.coin(),
                            .bias_regularizer = dice.regularizer()};
      if (dice.coin()) layer.output_padding = {dice.number(0, strides.height - 1), dice.number(0, strides.width - 1)};
      return layer;
    },
    [](Dice& dice) {
      const bool strided = dice.coin();
      return DepthwiseConv2D{.kernel_size = dice.size(1, 3),
                             .strides = strided ? Size2(dice.number(1, 2)) : Size2(1),
                             .padding = dice.padding(),
                             .depth_multiplier = dice.number(1, 3),
                             .data_format = dice.data_format,
                             .dilation_rate = strided ? Size2(1) : dice.size(1, 2),
                             .activation = dice.activation(),
                             .use_bias = dice.coin(),
                             .depthwise_regularizer = dice.regularizer(),
                             .depthwise_constraint = dice.constraint()};
    },
    [](Dice& dice) {
      const bool strided = dice.coin();
      return SeparableConv2D{.filters = dice.number(1, 6),
                             .kernel_size = dice.size(1, 3),
                             .strides = strided ? Size2(dice.number(1, 2)) : Size2(1),
                             .padding = dice.padding(),
                             .data_format = dice.data_format,
                             .dilation_rate = strided ? Size2(1) : dice.size(1, 2),
                             .depth_multiplier = dice.number(1, 2),
                             .activation = dice.activation(),
                             .use_bias = dice.coin(),
                             .pointwise_regularizer = dice.regularizer(),
                             .pointwise_constraint = dice.constraint()};
    },
    [](Dice& dice) {
      return MaxPooling2D{.pool_size = dice.size(1, 3), .padding = dice.padding(), .data_format = dice.data_format};
    },
    [](Dice& dice) {
      return AveragePooling2D{.pool_size = dice.size(2, 3),
                              .strides = dice.size(1, 2),
                              .padding = dice.padding(),
                              .data_format = dice.data_format};
    },
    [](Dice& dice) { return ZeroPadding2D{.padding = dice.margins(2), .data_format = dice.data_format}; },
    [](Dice& dice) { return Cropping2D{.cropping = dice.margins(2), .data_format = dice.data_format}; },
    [](Dice& dice) { return UpSampling2D{.size = dice.size(1, 2), .data_format = dice.data_format}; },
    [](Dice& dice) {
      return UpSampling2D{.size = dice.size(1, 3), .data_format = dice.data_format, .interpolation = "bilinear"};
    },
    [](Dice& dice) {
      return Permute{.dims = dice.one_of<Shape>({{2, 1, 3}, {3, 1, 2}, {1, 3, 2}, {3, 2, 1}, {2, 3, 1}})};
    },
    [](Dice& dice) {
      return Reshape{.target_shape = {dice.input[2], dice.coin() ? -1 : dice.input[1], dice.input[3]}};
    },
    [](Dice& dice) {
      return LayerNormalization{.axis = dice.one_of<Axes>({{1, 2}, {1, 2, 3}, 1, {-1, 1}}), .epsilon = 0.01};
    },
    [](Dice& dice) {
      return Softmax{.axis = dice.one_of<Axes>({{1, 2}, 1, 2, {3, 1}})};
    },
    [](Dice& dice) {
      return PReLU{.alpha_constraint = dice.non_negative(), .shared_axes = dice.one_of<Axes>({{1, 2}, 1, {2, 3}})};
    },
    [](Dice& dice) { return SpatialDropout2D{.rate = dice.rate(), .data_format = dice.data_format}; },
};

/// Images to images of the same shape, which Keras leaves as they are in inference.
inline const std::vector<Make> augmentations = {
    [](Dice& dice) {
      return RandomTranslation{.height_factor = 0.2, .width_factor = 0.1, .data_format = dice.data_format};
    },
    [](Dice& dice) { return RandomRotation{.factor = 0.1, .data_format = dice.data_format}; },
    [](Dice& dice) { return RandomZoom{.height_factor = 0.2, .data_format = dice.data_format}; },
    [](Dice& dice) { return RandomFlip{.data_format = dice.data_format}; },
    [](Dice& dice) {
      const bool first = dice.data_format.channels_first();
      return RandomCrop{.height = static_cast<int>(dice.input[first ? 2 : 1]),
                        .width = static_cast<int>(dice.input[first ? 3 : 2]),
                        .data_format = dice.data_format};
    },
    [](Dice& dice) { return RandomErasing{.data_format = dice.data_format}; },
};

/// Anything to the same shape.
inline const std::vector<Make> any_layers = {
    [](Dice& dice) {
      return BatchNormalization{.axis = dice.one_of({dice.channels(), -1, 1}),
                                .momentum = 0.9,
                                .epsilon = 0.01,
                                .center = dice.coin(),
                                .scale = dice.coin()};
    },
    [](Dice& dice) {
      return LayerNormalization{.axis = dice.coin() ? -1 : 1,
                                .epsilon = 0.01,
                                .center = dice.coin(),
                                .scale = dice.coin(),
                                .gamma_regularizer = dice.regularizer()};
    },
    [](Dice& dice) {
      return GroupNormalization{.groups = dice.one_of({1, 2, 4, -1}),
                                .axis = dice.one_of({dice.channels(), -1, 1}),
                                .epsilon = 0.01,
                                .center = dice.coin(),
                                .scale = dice.coin()};
    },
    [](Dice& dice) { return Activation{.activation = dice.activation()}; },
    [](Dice& dice) { return Activation{.activation = dice.activation()}; },
    [](Dice& dice) { return ReLU{.max_value = 1.5, .negative_slope = 0.1 * dice.number(0, 2), .threshold = 0.237}; },
    [](Dice& dice) { return LeakyReLU{.negative_slope = 0.1 * dice.number(0, 5)}; },
    [](Dice& dice) { return ELU{.alpha = 0.5 * dice.number(1, 4)}; },
    [](Dice& dice) { return PReLU{.alpha_initializer = "ones", .alpha_regularizer = dice.regularizer()}; },
    [](Dice&) { return Rescaling{.scale = 0.5, .offset = 0.25}; },
    [](Dice&) { return Softmax{}; },
    [](Dice& dice) { return Dropout{.rate = dice.rate()}; },
    [](Dice& dice) { return GaussianNoise{.stddev = dice.rate()}; },
    [](Dice& dice) { return GaussianDropout{.rate = dice.rate()}; },
    [](Dice& dice) { return AlphaDropout{.rate = dice.rate()}; },
};

/// Sequences to sequences.
inline const std::vector<Make> sequence_layers = {
    [](Dice& dice) {
      const bool strided = dice.coin();
      return Conv1D{.filters = dice.number(1, 6),
                    .kernel_size = dice.number(1, 4),
                    .strides = strided ? dice.number(1, 3) : 1,
                    .padding = dice.one_of<const char*>({"valid", "same", "causal"}),
                    .data_format = dice.data_format,
                    .dilation_rate = strided ? 1 : dice.number(1, 3),
                    .activation = dice.activation(),
                    .use_bias = dice.coin(),
                    .kernel_regularizer = dice.regularizer(),
                    .bias_constraint = dice.non_negative()};
    },
    [](Dice& dice) {
      return MaxPooling1D{.pool_size = dice.number(1, 3), .padding = dice.padding(), .data_format = dice.data_format};
    },
    [](Dice& dice) {
      return AveragePooling1D{.pool_size = dice.number(2, 3),
                              .strides = dice.number(1, 3),
                              .padding = dice.padding(),
                              .data_format = dice.data_format};
    },
    [](Dice& dice) {
      return Conv1D{.filters = 4,
                    .kernel_size = 3,
                    .data_format = dice.data_format,
                    .groups = 2,
                    .activation = dice.activation()};
    },
    [](Dice&) {
      return Permute{.dims = {2, 1}};
    },
    [](Dice& dice) {
      return Reshape{.target_shape = {dice.input[2], -1}};
    },
};

/// Rows of numbers to rows of numbers.
inline const std::vector<Make> row_layers = {
    [](Dice& dice) {
      return Dense{.units = dice.number(3, 20),
                   .activation = dice.activation(),
                   .use_bias = dice.coin(),
                   .kernel_regularizer = dice.regularizer(),
                   .activity_regularizer = dice.regularizer(),
                   .kernel_constraint = dice.constraint()};
    },
};

}  // namespace sumi::testing
