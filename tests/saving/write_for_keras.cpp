// Writes what the test with real Keras opens: models in every form, and what sumi makes of them. Then goes on with what
// Keras saved, after a further step, in FOLDER/back.
//
// write_for_keras FOLDER [back]
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "sumi/layers.hpp"
#include "sumi/random.hpp"
#include "sumi/saving.hpp"
#include "support/pattern.hpp"

using namespace sumi;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

Tensor filled(const Shape& shape, int k) {
  const std::vector<float> values = testing::fill<float>(shape, k);
  Tensor tensor = Tensor::from_shape(std::vector<std::size_t>(shape.begin(), shape.end()));
  std::copy(values.begin(), values.end(), tensor.data());
  return tensor;
}

Json values_of(const Tensor& tensor) { return std::vector<float>(tensor.begin(), tensor.end()); }

std::vector<Sequential> models() {
  std::vector<Sequential> all;
  all.push_back(Sequential(
      {Input{.shape = {12, 12, 1}}, Conv2D{.filters = 4, .kernel_size = 3, .activation = "relu"}, BatchNormalization{},
       MaxPooling2D{}, Dropout{.rate = 0.0}, Flatten{}, Dense{.units = 6, .activation = "tanh", .trainable = false},
       Dense{.units = 5, .activation = "softmax"}},
      "tutorial"));
  all.back().compile(
      {.optimizer = Adam{.learning_rate = 0.01}, .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  all.push_back(Sequential({Input{.shape = {12, 12, 1}}, Rescaling{.scale = 0.5, .offset = 0.25},
                            Conv2D{.filters = 6,
                                   .kernel_size = {3, 2},
                                   .strides = {2, 1},
                                   .padding = "same",
                                   .kernel_initializer = "he_normal",
                                   .kernel_regularizer = L2{.l2 = 0.01},
                                   .kernel_constraint = MaxNorm{.max_value = 2}},
                            BatchNormalization{.momentum = 0.9, .scale = false}, ReLU{.negative_slope = 0.1},
                            AveragePooling2D{.pool_size = 2}, Activation{.activation = "gelu"},
                            GlobalAveragePooling2D{}, Reshape{.target_shape = {6}}, Dense{.units = 5}, Softmax{}},
                           "mixture"));
  all.back().compile(
      {.optimizer =
           SGD{.learning_rate = ExponentialDecay{.initial_learning_rate = 0.05, .decay_steps = 10, .decay_rate = 0.9},
               .momentum = 0.9,
               .nesterov = true},
       .loss = SparseCategoricalCrossentropy{},
       .metrics = {metrics::SparseCategoricalAccuracy{}}});
  // Every optimizer whose state Keras is to go on with.
  const ExponentialDecay decay{.initial_learning_rate = 0.01, .decay_steps = 5, .decay_rate = 0.5};
  for (const Optimizer& optimizer :
       {Optimizer(RMSprop{.learning_rate = 0.002, .momentum = 0.5, .centered = true}),
        Optimizer(Adam{.learning_rate = 0.01, .amsgrad = true, .use_ema = true, .gradient_accumulation_steps = 3}),
        Optimizer(AdamW{.learning_rate = decay, .weight_decay = 0.1}), Optimizer(Nadam{.learning_rate = 0.01}),
        Optimizer(Adamax{.learning_rate = 0.01, .global_clipnorm = 0.5}), Optimizer(Adagrad{.learning_rate = 0.05}),
        Optimizer(Adadelta{.learning_rate = 1.0}), Optimizer(Lion{.learning_rate = 0.001, .weight_decay = 0.1}),
        Optimizer(Ftrl{.learning_rate = 0.05,
        .l1_regularization_strength = 0.01,
        .l2_shrinkage_regularization_strength = 0.01,
        .beta = 0.1})}) {
    all.push_back(Sequential({Input{.shape = {12, 12, 1}}, Flatten{}, Dense{.units = 5, .activation = "softmax"}},
                             "with_" + std::string(optimizer.class_name())));
    all.back().compile({.optimizer = optimizer, .loss = "sparse_categorical_crossentropy"});
  }
  return all;
}

std::vector<int> labels() {
  std::vector<int> y;
  for (int i = 0; i < 20; ++i) y.push_back(i * i % 5);
  return y;
}

void write(const fs::path& folder) {
  const Tensor x = filled({20, 12, 12, 1}, 1);
  for (Sequential& model : models()) {
    model.fit(x, labels(), {.batch_size = 5, .epochs = 2, .verbose = 0, .shuffle = false});
    const fs::path base = folder / model.name();
    model.save(base.string() + ".keras", {.notes = R"({"written": "for Keras"})"});
    model.save_weights(base.string() + ".weights.h5");
    model.save_weights(base.string() + "_shards.weights.json", {.max_shard_size = 4000.0 / (1 << 30)});
    Json expected = {{"to_json", model.to_json()},
                     {"iterations", model.iterations()},
                     {"predict", values_of(model.predict(x, {.verbose = 0}))}};
    expected["loss"] = model.train_on_batch(x, labels())["loss"];
    for (const Tensor& weight : model.get_weights()) expected["weights_after"].push_back(values_of(weight));
    std::ofstream(base.string() + ".expected.json") << expected.dump();
  }
}

/// One step from the state that Keras saved. Says of each model by how much its weights differ from Keras's after the
/// same step, and whether that is always little.
bool go_on(const fs::path& folder) {
  const Tensor x = filled({20, 12, 12, 1}, 1);
  bool all = true;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".keras") continue;
    Sequential model = load_model(entry.path());
    model.train_on_batch(x, labels());
    std::ifstream file(fs::path(entry.path()).replace_extension(".weights.json"));
    const Json expected = Json::parse(file);
    const std::vector<Tensor> weights = model.get_weights();
    float largest = expected.size() == weights.size() ? 0.0F : 1.0F;
    for (std::size_t w = 0; w < std::min(weights.size(), expected.size()); ++w) {
      const auto values = expected[w].get<std::vector<float>>();
      for (std::size_t i = 0; i < values.size(); ++i) {
        largest = std::max(largest, std::abs(weights[w].data()[i] - values.at(i)));
      }
    }
    all = all && largest <= 1e-5F;
    std::cout << (largest <= 1e-5F ? "ok " : "NOT OK ") << model.name() << ": a step from what Keras saved " << largest
              << '\n';
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const bool back = argc == 3 && std::string(argv[2]) == "back";
  if (argc != 2 && !back) {
    std::cerr << "usage: write_for_keras FOLDER [back]\n";
    return 2;
  }
  const fs::path folder = argv[1];
  if (back) return go_on(folder / "back") ? 0 : 1;
  fs::create_directories(folder / "back");
  set_random_seed(5);
  write(folder);
}
