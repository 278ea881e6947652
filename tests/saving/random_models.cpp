// Writes random models for the test that builds them in real Keras as well: their JSON, weights and data, and what sumi
// makes of these. Fails where twenty or more don't have every layer among them.
//
// random_models FOLDER COUNT [FIRST_SEED]
#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "saving/random_layers.hpp"
#include "saving/unusual_layers.hpp"
#include "sumi/random.hpp"
#include "sumi/saving.hpp"
#include "support/pattern.hpp"

using namespace sumi;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

using testing::any_layers;
using testing::augmentations;
using testing::Dice;
using testing::image_layers;
using testing::Make;
using testing::row_layers;
using testing::sequence_layers;

/// Adds a layer of the list, one that takes what the model gives so far and leaves something not too large.
bool add(Sequential& model, Dice& dice, const Make& make) {
  constexpr std::int64_t most = 6000;
  try {
    model.add(make(dice));
  } catch (const ShapeError&) {
    return false;  // an image has become too small
  } catch (const ArgumentError&) {
    return false;  // channels that groups don't divide
  }
  const Shape output = model.output_shape();
  if (element_count({output.begin() + 1, output.end()}) > most) {
    model.pop();
    return false;
  }
  dice.input = output;
  return true;
}

/// Adds a layer that is to occur in this model.
void add_one(Sequential& model, Dice& dice, const Make& make) {
  for (int tries = 0; tries < 20; ++tries) {
    if (add(model, dice, make)) return;
  }
}

/// Adds a layer of one of both lists.
void add_random(Sequential& model, Dice& dice, const std::vector<Make>& some, const std::vector<Make>& others) {
  while (!add(model, dice, dice.one_of(dice.number(0, 2) < 2 ? some : others))) {
  }
}

/// The next of a list for each model, so that a few models have them all.
const Make& next(const std::vector<Make>& makers, unsigned turn) { return makers[turn % makers.size()]; }

void add_image_layers(Sequential& model, Dice& dice, unsigned seed) {
  if (!dice.trains) {
    add_one(model, dice, next(augmentations, seed / 5 * 2));
    add_one(model, dice, next(augmentations, seed / 5 * 2 + 1));
  }
  add_one(model, dice, next(image_layers, seed));
  for (int i = dice.number(0, 3); i > 0; --i) add_random(model, dice, image_layers, any_layers);
  add_one(model, dice, next(any_layers, seed));
}

/// From images to rows by way of sequences.
void add_sequence_layers(Sequential& model, Dice& dice, unsigned turn) {
  const Shape image = dice.input;
  const bool rows = dice.coin();
  add_one(model, dice, [&](Dice&) {
    return Reshape{.target_shape = rows ? Shape{image[1], -1} : Shape{-1, image[3]}};
  });
  add_one(model, dice, next(sequence_layers, turn));
  for (int i = dice.number(0, 2); i > 0; --i) add_random(model, dice, sequence_layers, any_layers);
  switch (turn % 3) {
    case 0:
      return model.add(GlobalAveragePooling1D{.data_format = dice.data_format});
    case 1:
      return model.add(GlobalMaxPooling1D{.data_format = dice.data_format});
    default:
      return model.add(Flatten{.data_format = dice.data_format});
  }
}

void add_global_pooling(Sequential& model, Dice& dice) {
  const bool keepdims = dice.coin();
  if (dice.coin()) {
    model.add(GlobalAveragePooling2D{.data_format = dice.data_format, .keepdims = keepdims});
  } else {
    model.add(GlobalMaxPooling2D{.data_format = dice.data_format, .keepdims = keepdims});
  }
  if (keepdims) model.add(Flatten{.data_format = dice.data_format});
}

Sequential random_model(Dice& dice, unsigned seed, int outputs, bool classifies) {
  const int height = dice.number(6, 14), width = dice.number(6, 14), channels = dice.number(1, 4);
  const bool first = dice.data_format.channels_first();
  dice.input = first ? Shape{None, channels, height, width} : Shape{None, height, width, channels};
  Sequential model({Input{.shape = Shape(dice.input.begin() + 1, dice.input.end())}});
  add_image_layers(model, dice, seed);
  switch (seed % 3) {
    case 0:
      add_global_pooling(model, dice);
      break;
    case 1:
      model.add(Flatten{.data_format = dice.data_format});
      break;
    default:
      add_sequence_layers(model, dice, seed / 3);
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

/// One step of SGD and three of Adam.
void train(Sequential& model, const Tensor& x, const Tensor& y, const std::string& loss, Json& result) {
  const std::vector<Tensor> weights = model.get_weights();
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
}

/// The model of a seed and what sumi makes of it. Its layers' classes are added to the others.
Json one_case(unsigned seed, std::set<std::string>& classes) {
  set_random_seed(seed);
  Dice dice(seed);
  if (dice.number(0, 3) == 0) dice.data_format = "channels_first";
  dice.trains = seed % 5 != 4;
  const bool classifies = dice.coin();
  const int batch = dice.number(4, 12), outputs = dice.number(2, 5);
  Sequential model = random_model(dice, seed, outputs, classifies);
  for (const LayerRef& layer : model.layers()) classes.emplace(layer.layer().class_name());
  std::vector<Tensor> weights = model.get_weights();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    // Gains, offsets and moving values are not what they begin as.
    weights[i] += 0.1F * filled(Shape(weights[i].shape().begin(), weights[i].shape().end()), static_cast<int>(i));
  }
  Shape shape = model.input_shape();
  shape[0] = batch;
  const Tensor x = 0.987F * filled(shape, 1);  // not where some activations jump
  model.set_weights(weights);
  const Tensor predictions = model.predict(x, {.verbose = 0});
  Tensor y = filled({batch, outputs}, 2);
  // On JAX Keras clips probabilities, where sumi looks at the logits behind them, as Keras does on TensorFlow.
  const bool labels = classifies && *std::min_element(predictions.begin(), predictions.end()) > 1e-4F;
  if (labels) {
    y = Tensor::from_shape({static_cast<std::size_t>(batch)});
    for (std::size_t i = 0; i < y.size(); ++i) y(i) = static_cast<float>(i * i % static_cast<std::size_t>(outputs));
  }
  const std::string loss = labels ? "sparse_categorical_crossentropy" : "mse";
  Json result = {{"json", model.to_json()},
                 {"loss", loss},
                 {"x", {shape, values_of({x})[0]}},
                 {"y", {y.shape(), values_of({y})[0]}},
                 {"weights", values_of(weights)}};
  result["predictions"] = values_of({predictions});
  if (dice.trains) {
    train(model, x, y, loss, result);
  } else {
    model.compile({.loss = Loss(loss.c_str())});
    result["losses"].push_back(model.test_on_batch(x, y)["loss"]);
  }
  return result;
}

/// Says which built-in layers are not among the classes.
bool has_all(const std::set<std::string>& classes) {
  bool all = true;
  for (const Layer& layer : testing::unusual_layers()) {
    const std::string name(layer.class_name());
    if (name == "InputLayer" || classes.contains(name)) continue;
    std::cerr << "none of the models has the layer " << name << "\n";
    all = false;
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::cerr << "usage: random_models FOLDER COUNT [FIRST_SEED]\n";
    return 2;
  }
  const fs::path folder = argv[1];
  const auto count = static_cast<unsigned>(std::stoi(argv[2]));
  const unsigned first = argc == 4 ? static_cast<unsigned>(std::stoi(argv[3])) : 1;
  fs::create_directories(folder);
  std::set<std::string> classes;
  for (unsigned seed = first; seed < first + count; ++seed) {
    std::ofstream(folder / ("model_" + std::to_string(seed) + ".json")) << one_case(seed, classes).dump();
  }
  return count < 20 || has_all(classes) ? 0 : 1;
}
