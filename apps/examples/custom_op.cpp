// An op of one's own, with forward and backward written on xtensor views: a bump, 1 / (1 + x^2).
#include <sumi/sumi.hpp>

#include <cmath>
#include <iostream>

const auto bump_op = std::make_shared<const sumi::CustomOp>(sumi::CustomOp{
    .name = "bump",
    .output_shape = [](const std::vector<sumi::Shape>& inputs) { return inputs[0]; },
    .forward = [](const auto& inputs, auto& output) { output = 1.0F / (1.0F + inputs[0] * inputs[0]); },
    .backward =
        [](const auto& inputs, const auto& output, const auto& output_gradient, auto& input_gradients) {
          input_gradients[0] = -2.0F * inputs[0] * output * output * output_gradient;
        },
});

/// The layer that applies it.
struct Bump {
  static constexpr const char* class_name = "Bump";
  std::string name = {};
};

sumi::Shape output_shape(const Bump&, const sumi::Shape& input) { return input; }

void lower(const Bump&, sumi::Lowering& ops) { ops.output(ops.custom(bump_op, {ops.input()})); }

void fields(Bump& layer, sumi::Fields& f) { f("name", layer.name); }

int main() {
  using namespace sumi;
  set_random_seed(1);

  // A sine over one period, which bumps put together easily.
  constexpr int samples = 1000;
  Tensor x = Tensor::from_shape({samples, 1});
  Tensor y = Tensor::from_shape({samples, 1});
  for (int i = 0; i < samples; ++i) {
    x(i, 0) = static_cast<float>(i) / samples * 6.2831853F - 3.1415927F;
    y(i, 0) = std::sin(x(i, 0));
  }

  Sequential model({Input{.shape = {1}}, Dense{.units = 32}, Bump{}, Dense{.units = 1}});
  model.compile({.optimizer = Adam{.learning_rate = 0.01}, .loss = "mean_squared_error"});
  const History history = model.fit(x, y, {.batch_size = 50, .epochs = 100, .verbose = 0});
  std::cout << "Mean squared error after 1 epoch: " << history["loss"].front()
            << ", after 100: " << history["loss"].back() << "\n";
  if (history["loss"].back() < 0.001) return 0;
  std::cerr << "The model has not learned the sine.\n";
  return 1;
}
