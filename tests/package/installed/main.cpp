// A user's program: a layer of one's own in a model that learns which of two halves of an image is brighter.
#include <sumi/sumi.hpp>

#include <iostream>
#include <string>
#include <vector>

struct Doubling {
  static constexpr const char* class_name = "Doubling";
  std::string name = {};
  bool trainable = true;
};
sumi::Shape output_shape(const Doubling&, const sumi::Shape& input) { return input; }
void lower(const Doubling&, sumi::Lowering& ops) { ops.output(ops.add(ops.input(), ops.input())); }
void fields(Doubling& layer, sumi::Fields& f) {
  f("name", layer.name);
  f("trainable", layer.trainable);
}

int main() {
  sumi::set_random_seed(1);
  sumi::Tensor x = sumi::Tensor::from_shape({64, 4, 4, 1});
  std::vector<int> y(64);
  for (int i = 0; i < 64; ++i) {
    y[i] = i % 2;
    for (int j = 0; j < 16; ++j) x.data()[i * 16 + j] = (j < 8) == (y[i] == 0) ? 0.1F : 0.9F;
  }
  sumi::Sequential model({
      sumi::Input{.shape = {4, 4, 1}},
      sumi::Conv2D{.filters = 4, .kernel_size = {3, 3}, .activation = "relu"},
      Doubling{},
      sumi::Flatten{},
      sumi::Dense{.units = 2, .activation = "softmax"},
  });
  model.compile({.optimizer = sumi::Adam{.learning_rate = 0.01},
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"accuracy"}});
  const sumi::History history = model.fit(x, y, {.batch_size = 16, .epochs = 2, .verbose = 2});
  const auto& loss = history["loss"];
  std::cout << "loss fell: " << (loss[1] < loss[0] ? "yes" : "no") << '\n';
}
