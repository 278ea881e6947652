// What the others do wrong, done right: this compiles.
#include <sumi/sumi.hpp>

using namespace sumi;

void control() {
  Sequential model({
      Input{.shape = {28, 28, 1}},
      Conv2D{.filters = 32, .kernel_size = {3, 3}, .activation = "relu"},
      MaxPooling2D{.pool_size = {2, 2}},
      Dropout{.rate = 0.5},
      Flatten{},
      Dense{.units = 10, .activation = "softmax"},
  });
  model.compile({.optimizer = Adam{.learning_rate = 1e-3}, .loss = "sparse_categorical_crossentropy"});
  model.fit(Tensor::from_shape({2, 28, 28, 1}), std::vector<int>{1, 2}, {.batch_size = 2, .epochs = 1});
}
