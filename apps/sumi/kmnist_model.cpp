#include "kmnist_model.hpp"

#include <sumi/layers.hpp>

using namespace sumi;

void compile_for_kmnist(Sequential& model, double learning_rate) {
  model.compile({.optimizer = Adam{.learning_rate = learning_rate},
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"accuracy"}});
}

Sequential make_kmnist_model(double learning_rate, const Shape& image, std::int64_t classes) {
  Sequential model({
      Input{.shape = image},
      Conv2D{.filters = 32, .kernel_size = {3, 3}, .activation = "relu"},
      BatchNormalization{},
      MaxPooling2D{.pool_size = {2, 2}},
      BatchNormalization{},
      Conv2D{.filters = 64, .kernel_size = {3, 3}, .activation = "relu"},
      BatchNormalization{},
      MaxPooling2D{.pool_size = {2, 2}},
      BatchNormalization{},
      Flatten{},
      Dense{.units = 256, .activation = "relu"},
      BatchNormalization{},
      Dense{.units = static_cast<int>(classes), .activation = "softmax"},
  });
  compile_for_kmnist(model, learning_rate);
  return model;
}
