// Adam, SGD and RMSprop against five steps of Keras, and against the values of Keras's own tests.
#include "optimizers/two_weights.hpp"
#include "saving/json_fields.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using sumi::test::error_text;
using sumi::testing::require_close;
using sumi::testing::TwoWeights;

namespace {

/// What some weights become when they get one gradient after the other.
std::vector<float> updated(const Optimizer& optimizer, const std::vector<float>& start,
                           const std::vector<std::vector<float>>& gradients) {
  const state::ParameterTable table({testing::parameter("a", "b", {static_cast<std::int64_t>(start.size())})});
  state::Arena weights(table.floats()), arena(table.floats());
  std::copy(start.begin(), start.end(), weights.data());
  optimizers::OptimizerState state(optimizer, table);
  for (const std::vector<float>& gradient : gradients) {
    std::copy(gradient.begin(), gradient.end(), arena.data());
    state.apply(weights, arena, {true});
  }
  return {weights.data(), weights.data() + start.size()};
}

const std::vector<float> ramp = {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 0.7F, 0.8F, 0.9F, 1.0F};
const std::vector<std::vector<float>> five_gradients = {std::vector<float>(10, 0.01F), ramp, ramp, ramp, ramp};

}  // namespace

TEST_CASE("five steps are Keras's") {
  struct Case {
    const char* name;
    Optimizer optimizer;
    std::vector<float> values;
  };
  const std::vector<Case> cases = {
      {"SGD",
       SGD{.learning_rate = 0.1},
       {-0.685000002F, -0.129999995F, 0.728000045F, -0.534999967F, 0.0199999921F, 0.978999972F, -0.689999998F,
        0.268999994F, 0.925000012F}},
      {"SGD with momentum",
       SGD{.learning_rate = 0.1, .momentum = 0.9},
       {-0.445240855F, -0.191572607F, 0.62870568F, -0.376681834F, -0.123013601F, 1.04460371F, -0.816725373F,
        0.350891888F, 1.01816535F}},
      {"SGD, Nesterov",
       SGD{.learning_rate = 0.1, .momentum = 0.9, .nesterov = true},
       {-0.383716762F, -0.266415328F, 0.663835108F, -0.352013737F, -0.234712243F, 1.10914338F, -0.921052814F,
        0.422802716F, 1.0133487F}},
      {"Adam",
       Adam{.learning_rate = 0.01},
       {-0.735645711F, -0.0564377755F, 0.681990921F, -0.54096514F, 0.112725206F, 0.904575527F, -0.606443644F,
        0.186243594F, 0.949675083F}},
      {"amsgrad where second moments fall",
       Adam{.learning_rate = 0.05, .beta_2 = 0.5, .amsgrad = true, .weight_decay = 0.01},
       {-0.564585865F, -0.0925388411F, 0.609360754F, -0.394091785F, -0.0422057211F, 0.916124403F, -0.75537461F,
        0.20609352F, 1.05675268F}},
      {"RMSprop",
       RMSprop{.learning_rate = 0.01},
       {-0.713960588F, -0.116496168F, 0.688890874F, -0.536418498F, 0.0236677844F, 0.926488161F, -0.69817704F,
        0.209240571F, 0.934151411F}},
      {"RMSprop with momentum",
       RMSprop{.learning_rate = 0.01, .momentum = 0.9},
       {-0.543861508F, -0.160299629F, 0.577741742F, -0.382949501F, -0.215804383F, 0.925147057F, -0.940480173F,
        0.211589471F, 1.05989194F}},
      {"RMSprop, centered",
       RMSprop{.learning_rate = 0.01, .centered = true},
       {-0.70772773F, -0.123913884F, 0.684657931F, -0.532355785F, 0.00654623099F, 0.926029742F, -0.714699745F,
        0.209138349F, 0.937134981F}},
      {"RMSprop, centered with momentum",
       RMSprop{.learning_rate = 0.01, .momentum = 0.9, .centered = true},
       {-0.523327887F, -0.168972164F, 0.561585188F, -0.367339104F, -0.254519284F, 0.920470774F, -0.977793396F,
        0.207591876F, 1.07177377F}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    TwoWeights model;
    require_close(model.train(c.optimizer, 5), c.values);
    REQUIRE(model.padding_is_zero());
  }
}

TEST_CASE("the first step of Adam and RMSprop does not depend on the gradient's size") {
  const std::vector<float> start = {1, 2, 3, 4};
  const std::vector<std::vector<float>> gradient = {{1, 6, 7, 2}};
  require_close(updated(Adam{.learning_rate = 0.5}, start, gradient), {0.5F, 1.5F, 2.5F, 3.5F}, 1e-4);
  require_close(updated(RMSprop{.learning_rate = 0.5}, start, gradient), {-0.5811F, 0.4189F, 1.4189F, 2.4189F}, 1e-4);
}

TEST_CASE("Keras's golden values of amsgrad and of SGD, whose nesterov means nothing without momentum") {
  const std::vector<float> ones(10, 1.0F);
  require_close(updated(Adam{.amsgrad = true}, ones, five_gradients), std::vector<float>(10, 0.9955F), 5e-4);
  require_close(updated(SGD{.nesterov = true}, ones, five_gradients),
                {0.9959F, 0.9919F, 0.9879F, 0.9839F, 0.9799F, 0.9759F, 0.9719F, 0.9679F, 0.9639F, 0.9599F}, 1e-6);
}

TEST_CASE("Adam without epsilon leaves the floats between weights zero") {
  TwoWeights model;
  model.train(Adam{.epsilon = 0.0}, 1);
  REQUIRE(model.padding_is_zero());
}

TEST_CASE("slots are those of the options") {
  const auto names = [](const Optimizer& optimizer) {
    std::string all;
    for (const OptimizerSlot& slot : optimizer->slots()) all += slot.name + std::to_string(slot.group) + " ";
    return all;
  };
  REQUIRE(names(SGD{}).empty());
  REQUIRE(names(SGD{.momentum = 0.5}) == "momentum0 ");
  REQUIRE(names(Adam{}) == "momentum0 velocity0 ");
  REQUIRE(names(Adam{.amsgrad = true}) == "momentum0 velocity0 velocity_hat1 ");
  REQUIRE(names(RMSprop{}) == "velocity0 ");
  REQUIRE(names(RMSprop{.momentum = 0.5, .centered = true}) == "velocity0 momentum1 average_gradient2 ");
}

TEST_CASE("configurations have Keras's keys in Keras's order") {
  const std::string common =
      R"("weight_decay":null,"clipnorm":null,"global_clipnorm":null,"clipvalue":null,"use_ema":false,)"
      R"("ema_momentum":0.99,"ema_overwrite_frequency":null,"loss_scale_factor":null,)"
      R"("gradient_accumulation_steps":null,)";
  REQUIRE(saving::to_config(Optimizer(Adam{.name = "adam"})).dump() ==
          R"({"name":"adam","learning_rate":0.0010000000474974513,)" + common +
              R"("beta_1":0.9,"beta_2":0.999,"epsilon":1e-07,"amsgrad":false})");
  REQUIRE(saving::to_config(Optimizer(SGD{.name = "sgd"})).dump() ==
          R"({"name":"sgd","learning_rate":0.009999999776482582,)" + common + R"("momentum":0.0,"nesterov":false})");
  REQUIRE(saving::to_config(Optimizer(RMSprop{.name = "rm_sprop"})).dump() ==
          R"({"name":"rm_sprop","learning_rate":0.0010000000474974513,)" + common +
              R"("rho":0.9,"momentum":0.0,"epsilon":1e-07,"centered":false})");
}

TEST_CASE("SGD refuses a momentum outside [0, 1], also in a configuration") {
  for (const double momentum : {-1.0, 2.0}) {
    REQUIRE(error_text<ArgumentError>([&] {
              Optimizer(SGD{.momentum = momentum});
            }).starts_with("`momentum` must be a float between [0, 1]."));
  }
  Optimizer optimizer = SGD{};
  REQUIRE_THROWS_AS(saving::read_config(optimizer, {{"momentum", 1.5}}), ArgumentError);
}
