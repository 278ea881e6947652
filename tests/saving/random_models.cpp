// Writes random models for the test that builds them in real Keras as well: their JSON, weights and data, and what sumi
// makes of these.
//
// random_models FOLDER COUNT
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "sumi/layers.hpp"
#include "sumi/random.hpp"
#include "sumi/saving.hpp"
#include "support/pattern.hpp"

using namespace sumi;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

/// The same numbers from the same seed everywhere, unlike the standard's distributions.
class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  int number(int from, int to) { return from + static_cast<int>(random_() % static_cast<unsigned>(to - from + 1)); }
  bool coin() { return number(0, 1) == 1; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return *(values.begin() + number(0, static_cast<int>(values.size()) - 1));
  }
  Size2 size(int from, int to) {
    const int height = number(from, to);
    return {height, number(from, to)};
  }
  ActivationFunction activation() {
    return one_of<const char*>({"linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "sigmoid",
                                "tanh", "softplus", "softsign", "hard_sigmoid", "hard_swish", "mish", "softmax"});
  }
  Regularizer regularizer() { return one_of<Regularizer>({{}, {}, L2{.l2 = 0.01}, L1L2{.l1 = 0.001, .l2 = 0.01}}); }

 private:
  std::mt19937 random_;
};

using Make = std::function<Layer(Dice&)>;

/// Images to images.
const std::vector<Make> image_layers = {
    [](Dice& dice) {
      const bool strided = dice.coin();
      return Conv2D{.filters = dice.number(1, 3) * 2,
                    .kernel_size = dice.size(1, 3),
                    .strides = strided ? dice.size(1, 2) : Size2(1),
                    .padding = dice.one_of({"valid", "same"}),
                    .dilation_rate = strided ? Size2(1) : dice.size(1, 2),
                    .activation = dice.activation(),
                    .use_bias = dice.coin(),
                    .kernel_regularizer = dice.regularizer()};
    },
    [](Dice& dice) { return Conv2D{.filters = 4, .kernel_size = 3, .groups = 2, .activation = dice.activation()}; },
    [](Dice& dice) {
      return Conv2D{.filters = 8, .kernel_size = 3, .padding = dice.one_of({"valid", "same"}), .activation = "relu"};
    },
    [](Dice& dice) {
      return MaxPooling2D{.pool_size = dice.size(1, 3), .padding = dice.one_of({"valid", "same"})};
    },
    [](Dice& dice) {
      return AveragePooling2D{
          .pool_size = dice.size(2, 3), .strides = dice.size(1, 2), .padding = dice.one_of({"valid", "same"})};
    },
};

/// Anything to the same shape.
const std::vector<Make> any_layers = {
    [](Dice& dice) {
      return BatchNormalization{.momentum = 0.9, .epsilon = 0.01, .center = dice.coin(), .scale = dice.coin()};
    },
    [](Dice& dice) { return Activation{.activation = dice.activation()}; },
    [](Dice& dice) { return ReLU{.max_value = 1.5, .negative_slope = 0.1 * dice.number(0, 2), .threshold = 0.25}; },
    [](Dice&) { return Rescaling{.scale = 0.5, .offset = 0.25}; },
    [](Dice&) { return Softmax{}; },
    [](Dice&) { return Dropout{.rate = 0.0}; },
};

/// Rows of numbers to rows of numbers.
const std::vector<Make> row_layers = {
    [](Dice& dice) {
      return Dense{.units = dice.number(3, 20),
                   .activation = dice.activation(),
                   .use_bias = dice.coin(),
                   .kernel_regularizer = dice.regularizer(),
                   .kernel_constraint = dice.coin() ? Constraint(MaxNorm{.max_value = 1.0}) : Constraint()};
    },
};

/// Adds a layer of one of both lists; another one where an image has become too small for it.
void add_random(Sequential& model, Dice& dice, const std::vector<Make>& some, const std::vector<Make>& others) {
  for (;;) {
    const std::vector<Make>& makers = dice.number(0, 2) < 2 ? some : others;
    try {
      return model.add(makers[static_cast<std::size_t>(dice.number(0, static_cast<int>(makers.size()) - 1))](dice));
    } catch (const ShapeError&) {
      continue;
    } catch (const ArgumentError&) {
      continue;  // channels that groups don't divide
    }
  }
}

Sequential random_model(Dice& dice, int outputs, bool classifies) {
  Sequential model({Input{.shape = {dice.number(6, 14), dice.number(6, 14), dice.number(1, 2) * 2 - 1}}});
  for (int i = dice.number(1, 4); i > 0; --i) add_random(model, dice, image_layers, any_layers);
  if (dice.coin()) {
    model.add(Flatten{});
  } else {
    model.add(GlobalAveragePooling2D{});
  }
  for (int i = dice.number(0, 2); i > 0; --i) add_random(model, dice, row_layers, any_layers);
  model.add(Dense{.units = outputs, .activation = classifies ? "softmax" : "linear"});
  return model;
}

Tensor filled(const Shape& shape, int k) {
  const std::vector<float> values = testing::fill<float>(shape, k);
  Tensor tensor = Tensor::from_shape(std::vector<std::size_t>(shape.begin(), shape.end()));
  std::copy(values.begin(), values.end(), tensor.data());
  return tensor;
}

Json values_of(const std::vector<Tensor>& tensors) {
  Json all = Json::array();
  for (const Tensor& tensor : tensors) all.push_back(std::vector<float>(tensor.begin(), tensor.end()));
  return all;
}

Json one_case(unsigned seed) {
  set_random_seed(seed);
  Dice dice(seed);
  const bool classifies = dice.coin();
  const int batch = dice.number(4, 12), outputs = dice.number(2, 5);
  Sequential model = random_model(dice, outputs, classifies);
  std::vector<Tensor> weights = model.get_weights();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    // Gains, offsets and moving values are not what they begin as.
    weights[i] += 0.1F * filled(Shape(weights[i].shape().begin(), weights[i].shape().end()), static_cast<int>(i));
  }
  Shape shape = model.input_shape();
  shape[0] = batch;
  const Tensor x = filled(shape, 1);
  Tensor y = filled({batch, outputs}, 2);
  if (classifies) {
    y = Tensor::from_shape({static_cast<std::size_t>(batch)});
    for (std::size_t i = 0; i < y.size(); ++i) y(i) = static_cast<float>(i * i % static_cast<std::size_t>(outputs));
  }
  const std::string loss = classifies ? "sparse_categorical_crossentropy" : "mse";
  Json result = {{"json", model.to_json()},
                 {"loss", loss},
                 {"x", {shape, values_of({x})[0]}},
                 {"y", {y.shape(), values_of({y})[0]}},
                 {"weights", values_of(weights)}};
  model.set_weights(weights);
  result["predictions"] = values_of({model.predict(x, {.verbose = 0})});
  // With a rate of 1 a step is the gradient.
  model.compile({.optimizer = SGD{.learning_rate = 1.0}, .loss = Loss(loss.c_str())});
  result["losses"].push_back(model.train_on_batch(x, y)["loss"]);
  result["after_sgd"] = values_of(model.get_weights());
  model.set_weights(weights);
  // Some gradients are zero but for rounding, as those of biases before a batch norm: a small epsilon would make steps
  // of their noise.
  model.compile({.optimizer = Adam{.learning_rate = 0.01, .epsilon = 0.001}});
  for (int step = 0; step < 3; ++step) result["losses"].push_back(model.train_on_batch(x, y)["loss"]);
  result["after_adam"] = values_of(model.get_weights());
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: random_models FOLDER COUNT\n";
    return 2;
  }
  const fs::path folder = argv[1];
  fs::create_directories(folder);
  for (unsigned seed = 1; seed <= static_cast<unsigned>(std::stoi(argv[2])); ++seed) {
    std::ofstream(folder / ("model_" + std::to_string(seed) + ".json")) << one_case(seed).dump();
  }
}
