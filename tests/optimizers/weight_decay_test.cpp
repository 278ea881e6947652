// Weight decay: the same for every optimizer, and which weights are excluded.
#include <utility>

#include "optimizers/two_weights.hpp"
#include "sumi/layers.hpp"
#include "sumi/sequential.hpp"

using namespace sumi;
using optimizers::OptimizerState;
using sumi::testing::require_close;
using sumi::testing::TwoWeights;

namespace {

/// What five steps of Keras make of both weights under SGD, and of the bias under SGD with decay.
const std::vector<float> sgd = {-0.685000002F, -0.129999995F, 0.728000045F, -0.534999967F, 0.0199999921F,
                                0.978999972F,  -0.689999998F, 0.268999994F, 0.925000012F};
const std::vector<float> decayed_bias = {-0.6610639095306396F, 0.259312242269516F, 0.8787282705307007F};

SGD decaying() { return {.learning_rate = 0.1, .weight_decay = 0.1}; }

}  // namespace

TEST_CASE("weight decay is the same for every optimizer, and no part of the gradient") {
  const auto with_decay = [](auto optimizer) {
    optimizer.learning_rate = 1.0;
    optimizer.weight_decay = 0.004;
    return Optimizer(optimizer);
  };
  // Without a gradient nothing but the decay moves a weight; Ftrl's weights follow from its sums alone.
  for (const Optimizer& optimizer :
       {with_decay(Adam{}), with_decay(SGD{}), with_decay(SGD{.momentum = 0.9}), with_decay(RMSprop{}),
        with_decay(AdamW{}), with_decay(Nadam{}), with_decay(Adamax{}), with_decay(Adagrad{}), with_decay(Adadelta{}),
        with_decay(Lion{})}) {
    INFO(optimizer.class_name());
    const state::ParameterTable table({testing::parameter("a", "b", {1})});
    state::Arena weights(table.floats()), gradients(table.floats());
    weights.data()[0] = 2.0F;
    OptimizerState state(optimizer, table);
    for (int i = 0; i < 3; ++i) state.apply(weights, gradients, {true});
    require_close({weights.data()[0]}, {1.9760959F});
  }
}

TEST_CASE("excluded weights don't decay, the others do as in Keras") {
  TwoWeights model;
  const std::vector<float> values = model.train(Optimizer(decaying()).exclude_from_weight_decay({"ern"}), 5);
  require_close({values.begin(), values.begin() + 6}, {sgd.begin(), sgd.begin() + 6});
  require_close({values.begin() + 6, values.end()}, decayed_bias);
  TwoWeights other;
  require_close(
      other.train(Optimizer(AdamW{.learning_rate = 0.01, .weight_decay = 0.1}).exclude_from_weight_decay({"bias"}), 5),
      {-0.731849909F, -0.0562471263F, 0.678570092F, -0.538164198F, 0.112022251F, 0.900109112F, -0.606443644F,
       0.186243594F, 0.949675083F});
}

TEST_CASE("a predicate of layer and weight can exclude, and the last call counts") {
  const auto train = [](const Optimizer& optimizer) { return TwoWeights().train(optimizer, 5); };
  Optimizer optimizer = decaying();
  const std::vector<float> all_decay = train(optimizer);
  optimizer.exclude_from_weight_decay(
      [](std::string_view layer, std::string_view weight) { return layer == "dense" && weight == "bias"; });
  REQUIRE(optimizer.is_excluded_from_weight_decay("dense", "bias"));
  REQUIRE_FALSE(optimizer.is_excluded_from_weight_decay("other", "bias"));
  REQUIRE(train(optimizer) == train(Optimizer(decaying()).exclude_from_weight_decay({"bias"})));
  REQUIRE(train(optimizer) != all_decay);
  require_close(train(optimizer.exclude_from_weight_decay({"bias", "kernel"})), sgd);
  REQUIRE(train(optimizer.exclude_from_weight_decay({"gamma"})) == all_decay);
  REQUIRE(train(optimizer.exclude_from_weight_decay(std::vector<std::string>{})) == all_decay);
}

TEST_CASE("a compiled model can be told, before its first step and later") {
  const Tensor x = xt::zeros<float>({1, 2}), y = xt::zeros<float>({1, 1});
  // Without inputs and targets, and with a bias of 0, the loss has no gradient: only decay moves the kernel.
  const auto kernel_after = [&](bool before, bool between) {
    Sequential model({Input{.shape = {2}}, Dense{.units = 1, .kernel_initializer = "ones"}});
    model.compile({.optimizer = SGD{.learning_rate = 0.5, .weight_decay = 0.5}, .loss = "mse"});
    if (before) model.exclude_from_weight_decay({"kernel"});
    model.train_on_batch(x, y);
    if (between) model.exclude_from_weight_decay({"kernel"});
    model.train_on_batch(x, y);
    return model.get_weights()[0](0, 0);
  };
  REQUIRE(kernel_after(false, false) == 0.5625F);
  REQUIRE(kernel_after(false, true) == 0.75F);
  REQUIRE(kernel_after(true, false) == 1.0F);
  Sequential model({Input{.shape = {2}}, Dense{.units = 1}});
  REQUIRE_THROWS_AS(model.exclude_from_weight_decay({"kernel"}), StateError);
}
