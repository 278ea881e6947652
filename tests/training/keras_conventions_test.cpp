// Where Keras 3's layers, losses and fit differ from PyTorch or from Keras 2, or from what one would guess: a test for
// each, with numbers that tell the right turn from the wrong one, which stands in a comment. Optimizers have theirs in
// tests/optimizers, metrics in tests/metrics.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sumi/layers.hpp"
#include "sumi/sequential.hpp"
#include "support/catch.hpp"

using namespace sumi;

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

}  // namespace

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
  const Tensor x = rows({{1.0F}, {3.0F}});
  const double inference = model.test_on_batch(x, x)["loss"];
  CHECK(model.train_on_batch(x, x)["loss"] == inference);  // not the loss behind the batch's own mean and variance
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

TEST_CASE("Convolutions don't turn their kernels round") {
  Tensor x = xt::zeros<float>({1, 1, 3, 1});
  x(0, 0, 0, 0) = 1, x(0, 0, 1, 0) = 10, x(0, 0, 2, 0) = 100;
  Tensor kernel = xt::zeros<float>({1, 2, 1, 1});
  kernel(0, 0, 0, 0) = 1, kernel(0, 1, 0, 0) = 2;
  const Tensor y = output_of(Conv2D{.filters = 1, .kernel_size = {1, 2}, .use_bias = false}, x, {kernel});
  CHECK(y(0, 0, 0, 0) == 21.0F);  // not 2 * 1 + 1 * 10
  CHECK(y(0, 0, 1, 0) == 210.0F);
}

TEST_CASE("Weights stand layer by layer, those that are never trained too, and freezing moves none") {
  Sequential model({Input{.shape = {4}}, Dense{.units = 3, .name = "first"}, BatchNormalization{}, Dense{.units = 2}});
  const auto shapes = [&] {
    std::vector<std::size_t> sizes;
    for (const Tensor& weight : model.get_weights()) sizes.push_back(weight.size());
    return sizes;
  };
  const std::vector<std::size_t> expected = {12, 3, 3, 3, 3, 3, 6, 2};  // not 12, 3, 3, 3, 6, 2, 3, 3
  CHECK(shapes() == expected);
  CHECK(model.get_weights()[5](0) == 1.0F);  // moving_variance behind moving_mean
  model.get_layer("first").set_trainable(false);
  CHECK(shapes() == expected);
}

TEST_CASE("A dropout of everything leaves zeros, and nothing that is no number") {
  Sequential model({Input{.shape = {2}}, Dense{.units = 2}, Dropout{.rate = 1.0}});
  model.compile({.optimizer = SGD{.learning_rate = 1.0}, .loss = "mse"});
  const std::vector<Tensor> before = model.get_weights();
  CHECK(model.train_on_batch(rows({{5.0F, 7.0F}}), rows({{1.0F, 3.0F}}))["loss"] == near((1 + 9) / 2.0));
  CHECK(model.get_weights() == before);
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

TEST_CASE("Where a probability is clipped it has no slope") {
  Sequential model({Input{.shape = {1}}, Dense{.units = 2, .use_bias = false}});
  model.compile({.optimizer = SGD{.learning_rate = 1.0}, .loss = "sparse_categorical_crossentropy"});
  const Tensor kernel = rows({{0.0F, 1.0F}});
  model.set_weights({kernel});
  CHECK(model.train_on_batch(rows({{1.0F}}), std::vector<int>{0})["loss"] == near(-std::log(1e-7)));
  CHECK((model.get_weights()[0] == kernel));  // not pushed by 1 / 1e-7
  model.set_weights({rows({{1.0F, 0.0F}})});
  CHECK(model.test_on_batch(rows({{1.0F}}), std::vector<int>{0})["loss"] == near(0x1p-23));  // not 0
}

TEST_CASE("Compiling again keeps the loss and the metrics that it doesn't name") {
  Sequential model({Input{.shape = {1}}, Dense{.units = 1, .use_bias = false, .kernel_initializer = "ones"}});
  model.compile({.optimizer = SGD{}, .loss = "mse", .metrics = {"mae"}});
  model.compile({.optimizer = Adam{}});
  const Logs logs = model.test_on_batch(rows({{3.0F}}), rows({{0.0F}}));
  CHECK(logs["loss"] == 9.0);
  CHECK(logs["mae"] == 3.0);
}

TEST_CASE("epochs is the last epoch, not a count") {
  Sequential model({Input{.shape = {1}}, Dense{.units = 1}});
  model.compile({.optimizer = SGD{}, .loss = "mse"});
  const Tensor x = xt::ones<float>({4, 1});
  CHECK(model.fit(x, x, {.epochs = 5, .verbose = 0, .initial_epoch = 3}).epoch == std::vector<int>{3, 4});
  CHECK(model.fit(x, x, {.epochs = 2, .verbose = 0, .initial_epoch = 2}).epoch.empty());
}
