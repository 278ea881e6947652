// Models with augmentation: the plan behind it, and going on after a stop.
#include <filesystem>

#include "sumi/sumi.hpp"
#include "support/catch.hpp"
#include "support/pattern.hpp"

using namespace sumi;

namespace {

std::vector<Layer> network() {
  return {Conv2D{.filters = 16, .kernel_size = 3, .activation = "relu", .name = "c"},
          BatchNormalization{.name = "n"},
          MaxPooling2D{.name = "p"},
          BatchNormalization{.name = "n1"},
          Conv2D{.filters = 32, .kernel_size = 3, .activation = "relu", .name = "c1"},
          Flatten{.name = "f"},
          Dense{.units = 4, .activation = "softmax", .name = "d"}};
}

/// With augmentation in front, and noise where it is usual.
std::vector<Layer> augmented() {
  std::vector<Layer> layers = network();
  layers.insert(layers.begin() + 6, Dropout{.rate = 0.2, .name = "o"});
  layers.insert(layers.begin() + 4, SpatialDropout2D{.rate = 0.1, .name = "s"});
  const std::vector<Layer> front = {RandomTranslation{.height_factor = 0.1, .width_factor = 0.1, .name = "t"},
                                    RandomRotation{.factor = 0.05, .name = "r"},
                                    RandomZoom{.height_factor = 0.1, .name = "z"},
                                    RandomFlip{.mode = "horizontal", .name = "m"},
                                    RandomErasing{.fill_value = 0, .name = "e"},
                                    GaussianNoise{.stddev = 0.1, .name = "g"}};
  layers.insert(layers.begin(), front.begin(), front.end());
  return layers;
}

Sequential made(const std::vector<Layer>& layers) {
  clear_session();
  set_random_seed(3);
  Sequential model;
  model.add(Input{.shape = {12, 12, 1}});
  for (const Layer& layer : layers) model.add(layer);
  model.compile({.optimizer = Adam{}, .loss = "sparse_categorical_crossentropy"});
  return model;
}

Tensor images() {
  Tensor x(Tensor::shape_type{40, 12, 12, 1});
  const std::vector<float> values = testing::fill<float>({40, 12, 12, 1}, 1);
  std::copy(values.begin(), values.end(), x.begin());
  return x;
}
std::vector<int> labels() {
  std::vector<int> y;
  for (int i = 0; i < 40; ++i) y.push_back(i % 4);
  return y;
}

}  // namespace

TEST_CASE("in inference nothing of noise and augmentation is left in the plan") {
  const std::string plain = made(network()).plan({.batch_size = 8, .training = false}).to_string();
  CHECK(made(augmented()).plan({.batch_size = 8, .training = false}).to_string() == plain);
}

TEST_CASE("training with augmentation goes on after a stop with the same bits") {
  const auto fit = [](Sequential& model, int epochs, int first) {
    model.fit(images(), labels(), {.batch_size = 8, .epochs = epochs, .verbose = 0, .initial_epoch = first});
  };
  Sequential whole = made(augmented());
  fit(whole, 4, 0);
  Sequential again = made(augmented());
  fit(again, 4, 0);
  CHECK(again.get_weights() == whole.get_weights());
  Sequential half = made(augmented());
  fit(half, 2, 0);
  const auto file = std::filesystem::temp_directory_path() / ("augmented" + std::to_string(next_seed()) + ".keras");
  half.save(file.string());
  Sequential loaded = load_model(file.string());
  std::filesystem::remove(file);
  fit(loaded, 4, 2);
  CHECK(loaded.get_weights() == whole.get_weights());
}

TEST_CASE("gradients go through augmentation to what is trained before it") {
  Sequential model = made({Conv2D{.filters = 2, .kernel_size = 1, .name = "before"},
                           RandomTranslation{.height_factor = 0.2, .width_factor = 0.2, .name = "t"},
                           RandomCrop{.height = 8, .width = 8, .name = "k"}, RandomErasing{.name = "e"},
                           Flatten{.name = "f"}, Dense{.units = 4, .activation = "softmax", .name = "d"}});
  const auto before = model.get_weights();
  model.fit(images(), labels(), {.batch_size = 8, .verbose = 0});
  const bool moved = model.get_weights()[0] != before[0];
  CHECK(moved);
}
