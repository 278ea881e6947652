// Where Keras 3 differs from PyTorch or from Keras 2, or from what one would guess: a test for each, with numbers that
// tell the right turn from the wrong one. The wrong one stands in a comment.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sumi/layers.hpp"
#include "sumi/sequential.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using sumi::test::error_text;

namespace {

/// Relative rounding of a few float operations on numbers of like size.
constexpr double rounding = 16 * 0x1p-24;

Approx near(double value, double error = rounding) { return Approx(value).epsilon(error).margin(0); }

Tensor rows(const std::vector<std::vector<float>>& values) {
  Tensor result = Tensor::from_shape({values.size(), values.front().size()});
  auto next = result.begin();
  for (const std::vector<float>& row : values) next = std::copy(row.begin(), row.end(), next);
  return result;
}

Tensor vector(const std::vector<float>& values) {
  Tensor result = Tensor::from_shape({values.size()});
  std::copy(values.begin(), values.end(), result.begin());
  return result;
}

/// What one layer makes of x in inference.
Tensor output_of(Layer layer, const Tensor& x, const std::vector<Tensor>& weights = {}) {
  Sequential model({std::move(layer)});
  Shape shape(x.shape().begin(), x.shape().end());
  shape[0] = None;
  model.build(shape);
  if (!weights.empty()) model.set_weights(weights);
  return model.predict(x, {.verbose = 0});
}

float of_one(ActivationFunction function, float x) {
  return output_of(Activation{.activation = std::move(function)}, rows({{x}}))(0, 0);
}

/// y = w x for one number, with the gradient of the loss (y - 0) by w as large as x: x = gradient.
struct OneWeight {
  explicit OneWeight(Optimizer optimizer, float start = 1.0F)
      : model({Input{.shape = {1}}, Dense{.units = 1, .use_bias = false}}) {
    model.compile({.optimizer = std::move(optimizer), .loss = "mae"});
    set(start);
  }
  void set(float value) { model.set_weights({rows({{value}})}); }
  double weight() const { return model.get_weights()[0](0, 0); }
  /// One update with this gradient, which must be above 0 while the weight is.
  void step(double gradient) { model.train_on_batch(rows({{static_cast<float>(gradient)}}), rows({{0.0F}})); }
  Sequential model;
};

}  // namespace

TEST_CASE("Adam adds epsilon to the root of the uncorrected second moment") {
  OneWeight adam(Adam{.learning_rate = 0.5});
  const double g = 1e-6, m = 0.1 * g, v = 0.001 * g * g;
  adam.step(g);
  // Corrected moments first, as PyTorch has it: 1 - 0.5 g / (g + 1e-7) = 0.545.
  CHECK(adam.weight() == near(1 - 0.5 * std::sqrt(0.001) / 0.1 * m / (std::sqrt(v) + 1e-7)));
}

TEST_CASE("RMSprop adds epsilon under the root") {
  OneWeight rmsprop(RMSprop{.learning_rate = 0.5, .epsilon = 1e-2});
  rmsprop.step(0.1);
  // Outside, as PyTorch has it: 1 - 0.05 / (sqrt(0.001) + 0.01) = -0.20.
  CHECK(rmsprop.weight() == near(1 - 0.5 * 0.1 / std::sqrt(0.1 * 0.1 * 0.1 + 1e-2)));
}

TEST_CASE("SGD keeps the learning rate inside its momentum") {
  OneWeight sgd(SGD{.learning_rate = 0.1, .momentum = 0.5});
  sgd.step(1);
  sgd.model.set_learning_rate(0.2);
  sgd.step(1);
  // Outside, as PyTorch has it, the second step is 0.2 (0.5 + 1) = 0.3.
  CHECK(sgd.weight() == near(1 - 0.1 - (0.5 * 0.1 + 0.2)));
}

TEST_CASE("Weight decay is decoupled from the gradient in every optimizer") {
  OneWeight sgd(SGD{.learning_rate = 0.1, .momentum = 0.5, .weight_decay = 0.5});
  sgd.step(1);
  const double first = 1 - 1 * 0.5 * 0.1 - 0.1;
  CHECK(sgd.weight() == near(first));
  sgd.step(1);
  // As an L2 penalty the decay would enter the momentum: 0.9 - ... in place of what follows.
  CHECK(sgd.weight() == near(first - first * 0.5 * 0.1 - (0.5 * 0.1 + 0.1)));
  OneWeight adam(Adam{.learning_rate = 0.1, .epsilon = 0, .weight_decay = 0.5});
  adam.step(1e-3);
  // In the gradient, Adam's first step would stay 0.1 whatever the decay.
  CHECK(adam.weight() == near(1 - 0.5 * 0.1 - 0.1));
}

TEST_CASE("Schedules count from 0, before the update") {
  OneWeight sgd(
      SGD{.learning_rate = ExponentialDecay{.initial_learning_rate = 0.5, .decay_steps = 1, .decay_rate = 0.5}});
  sgd.step(1);
  CHECK(sgd.weight() == near(1 - 0.5));  // not 1 - 0.25
}

TEST_CASE("clipnorm looks at each weight alone") {
  Sequential model({Input{.shape = {1}}, Dense{.units = 1}});
  model.compile({.optimizer = SGD{.learning_rate = 1.0, .clipnorm = 1.0}, .loss = "mae"});
  model.set_weights({rows({{1.0F}}), vector({1.0F})});
  model.train_on_batch(rows({{4.0F}}), rows({{0.0F}}));
  // Gradients 4 and 1: clipped together, the bias would move by 1 / sqrt(17).
  CHECK(model.get_weights()[0](0, 0) == 0.0F);
  CHECK(model.get_weights()[1](0) == 0.0F);
}

TEST_CASE("Batch norm keeps the biased variance, momentum is what is kept, epsilon 1e-3") {
  Sequential model({Input{.shape = {1}}, BatchNormalization{}});
  model.compile({.optimizer = SGD{.learning_rate = 0.0}, .loss = "mse"});
  const Tensor x = rows({{1.0F}, {3.0F}});
  model.train_on_batch(x, x);
  const std::vector<Tensor> weights = model.get_weights();
  CHECK(weights[2](0) == near(0.01 * 2));         // not 0.99 * 2, nor PyTorch's 0.1 * 2
  CHECK(weights[3](0) == near(0.99 + 0.01 * 1));  // not 0.99 + 0.01 * 2: divided by 2 samples, not by 1
  model.set_weights({vector({1.0F}), vector({0.0F}), vector({0.0F}), vector({0.0F})});
  CHECK(model.predict(x, {.verbose = 0})(0, 0) == near(1 / std::sqrt(1e-3)));  // not 1 / sqrt(1e-5)
}

TEST_CASE("A frozen batch norm uses and keeps its moving values even in training") {
  Sequential model({Input{.shape = {1}}, BatchNormalization{.name = "norm"}, Dense{.units = 1}});
  model.get_layer("norm").set_trainable(false);
  model.compile({.optimizer = SGD{.learning_rate = 0.1}, .loss = "mse"});
  model.train_on_batch(rows({{1.0F}, {3.0F}}), rows({{1.0F}, {3.0F}}));
  const std::vector<Tensor> norm = model.get_layer("norm").get_weights();
  CHECK(norm[2](0) == 0.0F);
  CHECK(norm[3](0) == 1.0F);
}

TEST_CASE("Padding \"same\" puts the extra cell behind") {
  Tensor x = xt::zeros<float>({1, 4, 4, 1});
  x(0, 0, 0, 0) = 1;
  Tensor kernel = xt::zeros<float>({3, 3, 1, 1});
  kernel(0, 0, 0, 0) = 1;
  const Tensor y =
      output_of(Conv2D{.filters = 1, .kernel_size = 3, .strides = 2, .padding = "same"}, x, {kernel, vector({0.0F})});
  CHECK(y.shape()[1] == 2);
  CHECK(y(0, 0, 0, 0) == 1.0F);  // with padding 1 in front, as PyTorch has it, 0
}

TEST_CASE("Average pooling doesn't count padded cells") {
  const Tensor y =
      output_of(AveragePooling2D{.pool_size = 3, .strides = 1, .padding = "same"}, xt::ones<float>({1, 3, 3, 1}));
  CHECK(y(0, 0, 0, 0) == near(1));  // counted, as PyTorch has it: 4 / 9
}

TEST_CASE("Max pooling: padding never wins") {
  const Tensor y =
      output_of(MaxPooling2D{.pool_size = 3, .strides = 1, .padding = "same"}, Tensor(-xt::ones<float>({1, 3, 3, 1})));
  CHECK(y(0, 0, 0, 0) == -1.0F);  // not 0
}

TEST_CASE("Flatten of channels first gives the order of channels last") {
  Tensor x = xt::zeros<float>({1, 2, 1, 2});  // two channels, two columns
  x(0, 0, 0, 0) = 1, x(0, 0, 0, 1) = 2, x(0, 1, 0, 0) = 3, x(0, 1, 0, 1) = 4;
  const Tensor y = output_of(Flatten{.data_format = "channels_first"}, x);
  CHECK(y == rows({{1.0F, 3.0F, 2.0F, 4.0F}}));  // not 1 2 3 4
}

TEST_CASE("hard_sigmoid is Keras 3's") {
  CHECK(of_one("hard_sigmoid", 1.0F) == near(4.0 / 6));  // Keras 2: 0.2 + 0.5
}

TEST_CASE("leaky_relu leaks 0.2, the layer LeakyReLU 0.3") {
  CHECK(of_one("leaky_relu", -1.0F) == near(-0.2));  // PyTorch: -0.01
  CHECK(output_of(LeakyReLU{}, rows({{-1.0F}}))(0, 0) == near(-0.3));
}

TEST_CASE("gelu is exact, not the approximation by tanh") {
  CHECK(of_one("gelu", 2.0F) ==
        near(2 * 0.5 * (1 + std::erf(std::sqrt(2.0)))));  // by tanh: 1.95460 in place of 1.95450
}

TEST_CASE("The slope of relu at 0 is 0") {
  Sequential model({Input{.shape = {1}}, Dense{.units = 1, .activation = "relu", .kernel_initializer = "zeros"}});
  model.compile({.optimizer = SGD{.learning_rate = 1.0}, .loss = "mae"});
  model.train_on_batch(rows({{1.0F}}), rows({{1.0F}}));
  CHECK(model.get_weights()[0](0, 0) == 0.0F);
}

TEST_CASE("Normalisations divide by the root of the variance plus 1e-3") {
  const Tensor x = rows({{0.0F, 0.02F}});  // variance 1e-4
  const double expected = -0.01 / std::sqrt(1e-4 + 1e-3);
  CHECK(output_of(LayerNormalization{}, x)(0, 0) == near(expected));  // PyTorch's 1e-5: -0.95
  Tensor image = xt::zeros<float>({1, 1, 1, 2});
  image(0, 0, 0, 1) = 0.02F;
  CHECK(output_of(GroupNormalization{.groups = 1}, image)(0, 0, 0, 0) == near(expected));
}

TEST_CASE("L2 is not halved, and the reported loss holds it, while metrics don't") {
  Sequential model({Input{.shape = {1}}, Dense{.units = 1, .use_bias = false, .kernel_regularizer = L2{.l2 = 0.5}}});
  model.compile({.optimizer = SGD{.learning_rate = 0.0}, .loss = "mse", .metrics = {"mse"}});
  model.set_weights({rows({{2.0F}})});
  const Logs logs = model.train_on_batch(rows({{1.0F}}), rows({{2.0F}}));
  CHECK(logs["loss"] == near(0.5 * 4));
  CHECK(logs["mse"] == 0.0);
}

TEST_CASE("A weighted mean of losses divides by the number of samples, not by their weights") {
  Sequential model({Input{.shape = {1}}, Dense{.units = 1, .use_bias = false, .kernel_initializer = "ones"}});
  model.compile({.optimizer = SGD{}, .loss = "mse", .metrics = {"mse"}, .weighted_metrics = {"mse"}});
  const Tensor x = rows({{1.0F}, {2.0F}}), y = rows({{0.0F}, {0.0F}}), weights = vector({3.0F, 1.0F});
  const Logs logs = model.test_on_batch(x, y, {.sample_weight = weights});
  CHECK(logs["loss"] == near((3 * 1 + 1 * 4) / 2.0));  // not / 4
  CHECK(logs["mse"] == near((1 + 4) / 2.0));           // without weights
  CHECK(logs["weighted_mse"] == near((3 + 4) / 4.0));  // a metric divides by the weights
}

TEST_CASE("A probability of 0 costs 16.118, one of 1 costs 1.19e-7") {
  Sequential model({Input{.shape = {2}}, Activation{.activation = "linear"}});
  model.compile({.optimizer = SGD{}, .loss = "sparse_categorical_crossentropy"});
  const std::vector<int> y = {0};
  CHECK(model.test_on_batch(rows({{0.0F, 1.0F}}), y)["loss"] == near(-std::log(1e-7)));
  CHECK(model.test_on_batch(rows({{1.0F, 0.0F}}), y)["loss"] == near(0x1p-23));
}

TEST_CASE("Probabilities are divided by their sum") {
  Sequential model({Input{.shape = {2}}, Activation{.activation = "linear"}});
  model.compile({.optimizer = SGD{}, .loss = "sparse_categorical_crossentropy"});
  CHECK(model.test_on_batch(rows({{1.0F, 3.0F}}), std::vector<int>{0})["loss"] == near(std::log(4.0)));
}

TEST_CASE("Binary accuracy: 0.5 itself is no hit of class 1") {
  Sequential model({Input{.shape = {1}}, Activation{.activation = "linear"}});
  model.compile({.optimizer = SGD{}, .loss = "mse", .metrics = {"accuracy"}});
  CHECK(model.test_on_batch(rows({{0.5F}}), rows({{1.0F}}))["accuracy"] == 0.0);
}

TEST_CASE("A score as high as the k-th highest is among the top k") {
  Sequential model({Input{.shape = {3}}, Activation{.activation = "linear"}});
  model.compile({.optimizer = SGD{},
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {metrics::SparseTopKCategoricalAccuracy{.k = 1, .name = "top"}}});
  CHECK(model.test_on_batch(rows({{0.4F, 0.4F, 0.2F}}), std::vector<int>{1})["top"] == 1.0);
}

TEST_CASE("AdamW decays by 0.004 where nothing is said") {
  OneWeight adam(AdamW{.learning_rate = 0.5, .epsilon = 0});
  adam.step(1);
  CHECK(adam.weight() == near(1 - 0.004 * 0.5 - 0.5));  // PyTorch: 0.01
}

TEST_CASE("Kernels are (height, width, in, out), weights (in, out)") {
  Sequential model(
      {Input{.shape = {5, 5, 2}}, Conv2D{.filters = 3, .kernel_size = {1, 2}}, Flatten{}, Dense{.units = 7}});
  const std::vector<Tensor> weights = model.get_weights();
  CHECK(Shape(weights[0].shape().begin(), weights[0].shape().end()) == Shape{1, 2, 2, 3});
  CHECK(Shape(weights[2].shape().begin(), weights[2].shape().end()) == Shape{5 * 4 * 3, 7});
}

TEST_CASE("TruncatedNormal is as wide as its cut, VarianceScaling makes up for it") {
  const auto deviation = [](Initializer initializer) {
    Sequential model({Input{.shape = {100}}, Dense{.units = 400, .kernel_initializer = std::move(initializer)}});
    const Tensor w = model.get_weights()[0];
    return std::sqrt(xt::mean(w * w)());
  };
  // 40,000 numbers: the estimate's own deviation is 0.3 %, the two differ by 12 %.
  CHECK(deviation(TruncatedNormal{.stddev = 1.0, .seed = 1}) == near(0.87962566103423978, 0.02));
  CHECK(deviation(VarianceScaling{.scale = 100.0, .seed = 1}) == near(1.0, 0.02));
}

TEST_CASE("\"l1_l2\" is no regularizer, \"l1l2\" is") {
  CHECK_FALSE(error_text<ArgumentError>([] { Regularizer("l1_l2"); }).empty());
  CHECK_NOTHROW(Regularizer("l1l2"));
}

TEST_CASE("validation_split takes the end of the data, before shuffling; epochs is the last epoch, not a count") {
  Sequential model({Input{.shape = {1}}, Dense{.units = 1, .use_bias = false, .kernel_initializer = "ones"}});
  model.compile({.optimizer = SGD{.learning_rate = 0.0}, .loss = "mae"});
  Tensor x = xt::zeros<float>({10, 1});
  x(8, 0) = x(9, 0) = 1;
  const History history = model.fit(x, xt::xarray<float>(xt::zeros<float>({10, 1})),
                                    {.epochs = 5, .verbose = 0, .validation_split = 0.2, .initial_epoch = 3});
  CHECK(history["loss"] == std::vector<double>{0.0, 0.0});
  CHECK(history["val_loss"] == std::vector<double>{1.0, 1.0});
}
