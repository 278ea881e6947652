// Optimizers by name, from configurations, and what holds for the arguments of each.
#include "sumi/optimizers.hpp"

#include "saving/json_fields.hpp"
#include "sumi/session.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using sumi::test::error_text;

namespace user {

struct SignDescent {
  static constexpr const char* class_name = "SignDescent";
  double step = 0.1;
};
void fields(SignDescent& value, Fields& f) { f("step", value.step); }
OptimizerArguments arguments(const SignDescent& value) { return {.learning_rate = value.step}; }
std::vector<OptimizerSlot> slots(const SignDescent&) { return {}; }
void update(const SignDescent&, const UpdateRange& range) {
  for (std::size_t i = 0; i < range.weights.size(); ++i) {
    const float g = range.gradients[i];
    range.weights[i] -= static_cast<float>(range.learning_rate) * static_cast<float>((g > 0) - (g < 0));
  }
}

}  // namespace user

TEST_CASE("optimizers are found by class name in any case") {
  for (const char* name : {"adam", "Adam", "ADAM"}) REQUIRE(Optimizer(name).as<Adam>() != nullptr);
  for (const char* name : {"sgd", "SGD"}) REQUIRE(Optimizer(name).as<SGD>() != nullptr);
  for (const char* name : {"rmsprop", "RMSprop", "rm_sprop"}) REQUIRE(Optimizer(name).as<RMSprop>() != nullptr);
  const std::string text = error_text<ArgumentError>([] { Optimizer("adamw"); });
  REQUIRE(text.starts_with("Could not interpret optimizer identifier: adamw."));
  for (const char* name : {"adam", "sgd", "rmsprop"}) REQUIRE(text.find(name) != std::string::npos);
}

TEST_CASE("defaults are Keras's") {
  const OptimizerArguments adam = Optimizer("adam")->arguments();
  REQUIRE(adam.learning_rate.rate() == 0.001F);
  REQUIRE_FALSE(adam.weight_decay);
  REQUIRE_FALSE(adam.use_ema);
  REQUIRE(adam.ema_momentum == 0.99);
  REQUIRE(Optimizer("sgd")->arguments().learning_rate.rate() == 0.01F);
  REQUIRE(Optimizer("rmsprop")->arguments().learning_rate.rate() == 0.001F);
}

TEST_CASE("every argument reaches the common ones") {
  const auto check = [](const Optimizer& optimizer) {
    const OptimizerArguments a = optimizer->arguments();
    REQUIRE(a.learning_rate.rate() == 0.5);
    REQUIRE(a.weight_decay == 1.0);
    REQUIRE(a.global_clipnorm == 2.0);
    REQUIRE(a.use_ema);
    REQUIRE(a.ema_momentum == 0.25);
    REQUIRE(a.ema_overwrite_frequency == 3);
    REQUIRE(a.loss_scale_factor == 4.0);
    REQUIRE(a.gradient_accumulation_steps == 5);
    REQUIRE(a.name == "mine");
  };
  const auto set = [](auto optimizer) {
    optimizer.learning_rate = 0.5;
    optimizer.weight_decay = 1.0;
    optimizer.global_clipnorm = 2.0;
    optimizer.use_ema = true;
    optimizer.ema_momentum = 0.25;
    optimizer.ema_overwrite_frequency = 3;
    optimizer.loss_scale_factor = 4.0;
    optimizer.gradient_accumulation_steps = 5;
    optimizer.name = "mine";
    return optimizer;
  };
  for (const Optimizer& optimizer : {Optimizer(set(Adam{})), Optimizer(set(SGD{})), Optimizer(set(RMSprop{}))}) {
    check(optimizer);
    Optimizer copy(std::string(optimizer.class_name()).c_str());
    saving::read_config(copy, saving::to_config(optimizer));
    check(copy);
  }
  REQUIRE(Optimizer(Adam{.clipnorm = 1.5})->arguments().clipnorm == 1.5);
  REQUIRE(Optimizer(Adam{.clipvalue = 1.5})->arguments().clipvalue == 1.5);
}

TEST_CASE("arguments that contradict each other are refused") {
  REQUIRE(error_text<ArgumentError>([] { Optimizer(Adam{.clipnorm = 1.0, .clipvalue = 0.5}); }) ==
          "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: clipnorm=1.0, "
          "clipvalue=0.5, global_clipnorm=None");
  REQUIRE(error_text<ArgumentError>([] { Optimizer(SGD{.gradient_accumulation_steps = 1}); }) ==
          "`gradient_accumulation_steps` must be an integer >= 2. Received: gradient_accumulation_steps=1");
  REQUIRE(error_text<ArgumentError>([] { Optimizer(SGD{.use_ema = true, .ema_momentum = 1.5}); }) ==
          "`ema_momentum` must be in the range [0, 1]. Received: ema_momentum=1.5");
  REQUIRE(error_text<ArgumentError>([] { Optimizer(SGD{.use_ema = true, .ema_overwrite_frequency = 0}); }) ==
          "`ema_overwrite_frequency` must be an integer >= 1 or None. Received: ema_overwrite_frequency=0");
  REQUIRE_THROWS_AS(Optimizer(SGD{.loss_scale_factor = 0.0}), ArgumentError);
  Optimizer read = "adam";
  REQUIRE_THROWS_AS(saving::read_config(read, {{"clipnorm", 1.0}, {"global_clipnorm", 1.0}}), ArgumentError);
}

TEST_CASE("a learning rate is rounded to float, also from a configuration") {
  REQUIRE(Optimizer(Adam{.learning_rate = 0.1})->arguments().learning_rate.rate() == 0.10000000149011612);
  Optimizer read = "adam";
  saving::read_config(read, {{"learning_rate", 0.1}});
  REQUIRE(read->arguments().learning_rate.rate() == 0.10000000149011612);
}

TEST_CASE("a schedule is nested in the configuration") {
  const Optimizer optimizer =
      SGD{.learning_rate = ExponentialDecay{.initial_learning_rate = 0.5, .decay_steps = 10, .decay_rate = 0.25}};
  const saving::Json object = saving::to_config(optimizer)["learning_rate"];
  REQUIRE(object.dump() == R"({"module":"keras.optimizers.schedules","class_name":"ExponentialDecay","config":)"
                           R"({"initial_learning_rate":0.5,"decay_steps":10,"decay_rate":0.25,"staircase":false,)"
                           R"("name":"ExponentialDecay"},"registered_name":null})");
  Optimizer read = "sgd";
  saving::read_config(read, saving::to_config(optimizer));
  REQUIRE(saving::equal(read, optimizer));
  REQUIRE(read->arguments().learning_rate.at(5) == 0.25);
}

TEST_CASE("names are given once, in Keras's way") {
  clear_session();
  Optimizer first = Adam{}, second = Adam{}, named = Adam{.name = "mine"}, rms = RMSprop{};
  const Optimizer untouched = first;
  for (Optimizer* optimizer : {&first, &second, &named, &rms, &first}) optimizer->ensure_name();
  REQUIRE(first->arguments().name == "adam");
  REQUIRE(second->arguments().name == "adam_1");
  REQUIRE(named->arguments().name == "mine");
  REQUIRE(rms->arguments().name == "rm_sprop");
  REQUIRE(untouched->arguments().name.empty());
}

TEST_CASE("a user's optimizer can be named by configurations") {
  register_optimizer(user::SignDescent{.step = 0.5});
  const Optimizer optimizer("SignDescent");
  REQUIRE(optimizer.as<user::SignDescent>()->step == 0.5);
  REQUIRE_FALSE(optimizer.built_in());
  std::vector<float> weights = {1.0F, 2.0F};
  const std::vector<float> gradients = {-3.0F, 0.25F};
  optimizer->apply({0, 0.5, weights, gradients, {}});
  REQUIRE(weights == std::vector<float>{1.5F, 1.5F});
  REQUIRE_THROWS_AS(register_optimizer(Adam{}), ArgumentError);
}
