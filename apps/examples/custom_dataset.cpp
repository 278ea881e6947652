// Data of one's own: points of two spirals, made while the model trains on those before them.
#include <sumi/sumi.hpp>

#include <cmath>
#include <numbers>
#include <random>

// A batch of points and the spirals that they lie on.
sumi::Batch spirals(std::mt19937& random) {
  constexpr std::size_t points = 64;
  std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
  sumi::Tensor x = sumi::Tensor::from_shape({points, 2});
  std::vector<int> y(points);
  for (std::size_t i = 0; i < points; ++i) {
    y[i] = static_cast<int>(random() % 2);
    const float along = uniform(random);
    const float angle = 4.0F * along + (y[i] == 0 ? 0.0F : std::numbers::pi_v<float>);
    x(i, 0) = along * std::cos(angle);
    x(i, 1) = along * std::sin(angle);
  }
  return sumi::make_batch(std::move(x), std::move(y));
}

int main() {
  using namespace sumi;
  set_random_seed(1);
  // Each pass begins with its own random numbers, so that the same points come in every run of the program.
  const Dataset endless = Dataset::from_generator([](std::int64_t pass) -> Dataset::Next {
    return [random = std::mt19937(static_cast<std::uint32_t>(pass))]() mutable { return spirals(random); };
  });

  Sequential model({
      Input{.shape = {2}},
      Dense{.units = 32, .activation = "tanh"},
      Dense{.units = 2, .activation = "softmax"},
  });
  model.compile(
      {.optimizer = Adam{.learning_rate = 0.02}, .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  const History history =
      model.fit(endless.prefetch(4), {.epochs = 10,
                                      .verbose = 2,
                                      .callbacks = {EarlyStopping({.monitor = "loss", .patience = 3})},
                                      .validation_data = endless.take(5),
                                      .steps_per_epoch = 50});
  return history["val_accuracy"].back() > 0.9 ? 0 : 1;
}
