// Kuzushiji-MNIST from the images to the test accuracy. `sumi fetch` downloads the data once.
#include <sumi/sumi.hpp>

#include <algorithm>
#include <iostream>

using namespace sumi;

int main() {
  auto [train, test] = datasets::kmnist::load_data();  // uint8 (60000, 28, 28), labels (60000)
  Tensor x_train = train.images.normalized();          // float32 (60000, 28, 28, 1) in [0, 1]

  Sequential model({
      Input{.shape = {28, 28, 1}},
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
      Dense{.units = 10, .activation = "softmax"},
  });
  model.compile({.optimizer = Adam{}, .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  model.summary();
  History history = model.fit(x_train, train.labels, {.batch_size = 250, .epochs = 25, .validation_split = 0.2});
  auto [loss, accuracy] = model.evaluate(test.images.normalized(), test.labels);
  std::cout << "Best validation accuracy: " << std::ranges::max(history["val_accuracy"]) << "\n"
            << "Test loss: " << loss << " - Test accuracy: " << accuracy << std::endl;
}
