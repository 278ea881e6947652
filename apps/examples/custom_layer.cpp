// A layer of one's own, made of ops: gated units, each of which learns when to listen to its input.
#include <sumi/sumi.hpp>

#include <iostream>
#include <random>

/// (x W + b) * sigmoid(x V + c), added to x. It needs no backward: each op has its own.
struct GatedResidual {
  static constexpr const char* class_name = "GatedResidual";
  std::string name = {};
  bool trainable = true;
};

sumi::Shape output_shape(const GatedResidual&, const sumi::Shape& input) { return input; }

void lower(const GatedResidual&, sumi::Lowering& ops) {
  const sumi::Value x = ops.input();
  const std::int64_t width = ops.shape(x).back();
  const auto dense = [&](const std::string& which) {
    const sumi::Value kernel = ops.weight(which + "_kernel", {width, width}, {});
    return ops.add_bias(ops.matmul(x, kernel), ops.weight(which + "_bias", {width}, {.initializer = "zeros"}));
  };
  const sumi::Value gate = ops.activate(dense("gate"), "sigmoid");
  ops.output(ops.add(x, ops.multiply(dense("value"), gate)));
}

void fields(GatedResidual& layer, sumi::Fields& f) {
  f("name", layer.name);
  f("trainable", layer.trainable);
}

int main() {
  using namespace sumi;
  set_random_seed(1);

  // Which of two products is larger? No sum of single inputs tells.
  constexpr int samples = 4000;
  std::mt19937 random(1);
  Tensor x = Tensor::from_shape({samples, 4});
  for (float& value : x) value = static_cast<float>(random()) / static_cast<float>(std::mt19937::max()) * 2 - 1;
  std::vector<int> y;
  for (int i = 0; i < samples; ++i) y.push_back(x(i, 0) * x(i, 1) > x(i, 2) * x(i, 3));

  Sequential model({
      Input{.shape = {4}},
      Dense{.units = 32},
      GatedResidual{},
      GatedResidual{},
      Dense{.units = 2, .activation = "softmax"},
  });
  model.compile(
      {.optimizer = Adam{.learning_rate = 0.01}, .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  model.summary();
  const History history = model.fit(x, y, {.batch_size = 50, .epochs = 10, .verbose = 2, .validation_split = 0.25});
  if (history["val_accuracy"].back() > 0.9) return 0;
  std::cerr << "The model has not learned the task.\n";
  return 1;
}
