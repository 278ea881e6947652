// Optimizers by name, from configurations, and what holds for the arguments of each.
#include "sumi/optimizers.hpp"

#include <limits>

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

namespace {

constexpr const char* every_name[] = {"adam",   "sgd",     "rmsprop",  "adamw", "nadam",
                                      "adamax", "adagrad", "adadelta", "lion",  "ftrl"};

}  // namespace

TEST_CASE("optimizers are found by class name in any case") {
  for (const char* name : {"adam", "Adam", "ADAM"}) REQUIRE(Optimizer(name).as<Adam>() != nullptr);
  for (const char* name : {"sgd", "SGD"}) REQUIRE(Optimizer(name).as<SGD>() != nullptr);
  for (const char* name : {"rmsprop", "RMSprop", "rm_sprop"}) REQUIRE(Optimizer(name).as<RMSprop>() != nullptr);
  for (const char* name : {"adamw", "AdamW", "adam_w"}) REQUIRE(Optimizer(name).as<AdamW>() != nullptr);
  for (const char* name : every_name) {
    INFO(name);
    const Optimizer optimizer(name);
    REQUIRE(optimizer.built_in());
    REQUIRE(optimizer.class_name() == Optimizer(std::string(optimizer.class_name()).c_str()).class_name());
  }
  const std::string text = error_text<ArgumentError>([] { Optimizer("magic"); });
  REQUIRE(text.starts_with("Could not interpret optimizer identifier: magic. Known: adam, "));
  for (const char* name : every_name) REQUIRE(text.find(name) != std::string::npos);
}

TEST_CASE("what was meant by a misspelt name is guessed") {
  const auto guess = [](const char* name) {
    const std::string text = error_text<ArgumentError>([&] { (void)Optimizer(name); });
    const std::size_t at = text.find(" Did you mean ");
    return at == std::string::npos ? std::string() : text.substr(at + 1);
  };
  REQUIRE(guess("adamx") == "Did you mean 'adam'?");
  REQUIRE(guess("AdamX") == "Did you mean 'Adam'?");
  REQUIRE(guess("adagrade") == "Did you mean 'adagrad'?");
  REQUIRE(guess("RMSProp ") == "Did you mean 'RMSprop'?");
  REQUIRE(guess("magic").empty());
}

TEST_CASE("defaults are Keras's") {
  for (const char* name : every_name) {
    INFO(name);
    const OptimizerArguments a = Optimizer(name)->arguments();
    REQUIRE(a.learning_rate.rate() == (std::string_view(name) == "sgd" ? 0.01F : 0.001F));
    REQUIRE(a.weight_decay == (std::string_view(name) == "adamw" ? std::optional(0.004) : std::nullopt));
    REQUIRE_FALSE(a.use_ema);
    REQUIRE(a.ema_momentum == 0.99);
    REQUIRE_FALSE((a.clipnorm || a.clipvalue || a.global_clipnorm || a.ema_overwrite_frequency || a.loss_scale_factor ||
                   a.gradient_accumulation_steps));
  }
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
  for (const Optimizer& optimizer :
       {Optimizer(set(Adam{})), Optimizer(set(SGD{})), Optimizer(set(RMSprop{})), Optimizer(set(AdamW{})),
        Optimizer(set(Nadam{})), Optimizer(set(Adamax{})), Optimizer(set(Adagrad{})), Optimizer(set(Adadelta{})),
        Optimizer(set(Lion{})), Optimizer(set(Ftrl{}))}) {
    INFO(optimizer.class_name());
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

TEST_CASE("arguments that an optimizer has no use for are refused in Keras's words") {
  const auto text = [](auto value) { return error_text<ArgumentError>([&] { (void)Optimizer(value); }); };
  REQUIRE(text(AdamW{.weight_decay = {}}) == "Argument `weight_decay` must be a float. Received: weight_decay=None");
  for (const double beta : {0.0, -0.5, 1.5}) {
    REQUIRE(text(Lion{.beta_1 = beta})
                .starts_with("Argument `beta_1` must be in the [0, 1] range. Otherwise, the "
                             "optimizer degenerates to SignSGD. Received: beta_1="));
  }
  REQUIRE(text(Ftrl{.learning_rate_power = 0.5}) ==
          "`learning_rate_power` needs to be negative or zero. Received: learning_rate_power=0.5.");
  REQUIRE(text(Ftrl{.initial_accumulator_value = -1.0}) ==
          "`initial_accumulator_value` needs to be positive or zero. Received: initial_accumulator_value=-1.0.");
  REQUIRE(text(Ftrl{.l1_regularization_strength = -1.0}) ==
          "`l1_regularization_strength` needs to be positive or zero. Received: l1_regularization_strength=-1.0.");
  REQUIRE(text(Ftrl{.l2_regularization_strength = -1.0}) ==
          "`l2_regularization_strength` needs to be positive or zero. Received: l2_regularization_strength=-1.0.");
  REQUIRE(text(Ftrl{.l2_shrinkage_regularization_strength = -0.5}) ==
          "`l2_shrinkage_regularization_strength` needs to be positive or zero. Received: "
          "l2_shrinkage_regularization_strength=-0.5.");
  for (const double beta : {-0.1, 1.0, 1.5}) {
    const std::string end = "must be in the range [0, 1). Received: beta_2=";
    REQUIRE(text(Adam{.beta_2 = beta}).starts_with("Argument `beta_2` " + end));
    REQUIRE(text(AdamW{.beta_2 = beta}).starts_with("Argument `beta_2` " + end));
    REQUIRE(text(Nadam{.beta_2 = beta}).starts_with("Argument `beta_2` " + end));
    REQUIRE(text(Adamax{.beta_2 = beta}).starts_with("Argument `beta_2` " + end));
    REQUIRE(text(Lion{.beta_2 = beta}).starts_with("Argument `beta_2` " + end));
  }
  REQUIRE(text(Adam{.beta_1 = 1.0}) == "Argument `beta_1` must be in the range [0, 1). Received: beta_1=1.0");
  REQUIRE(text(Nadam{.epsilon = -1.0}) == "Argument `epsilon` must be at least 0. Received: epsilon=-1.0");
  REQUIRE(text(RMSprop{.rho = 1.0}) == "Argument `rho` must be in the range [0, 1). Received: rho=1.0");
  REQUIRE(text(RMSprop{.momentum = -0.5}) == "Argument `momentum` must be at least 0. Received: momentum=-0.5");
  REQUIRE(text(Adadelta{.rho = -0.5}) == "Argument `rho` must be in the range [0, 1). Received: rho=-0.5");
  REQUIRE(text(Adagrad{.initial_accumulator_value = -0.5}) ==
          "Argument `initial_accumulator_value` must be at least 0. Received: initial_accumulator_value=-0.5");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  REQUIRE(text(SGD{.learning_rate = infinity}) ==
          "Argument `learning_rate` must be a finite number. Received: learning_rate=inf");
  REQUIRE(text(SGD{.weight_decay = infinity}) ==
          "Argument `weight_decay` must be a finite number. Received: weight_decay=inf");
  REQUIRE(text(SGD{.clipnorm = infinity}) == "Argument `clipnorm` must be a finite number. Received: clipnorm=inf");
  REQUIRE(text(SGD{.clipvalue = infinity}).starts_with("Argument `clipvalue` must be a finite"));
  REQUIRE(text(SGD{.global_clipnorm = infinity}).starts_with("Argument `global_clipnorm` must be a finite"));
  REQUIRE(text(SGD{.loss_scale_factor = infinity}).starts_with("Argument `loss_scale_factor` must be a finite"));
  Optimizer read = "adamw";
  REQUIRE_THROWS_AS(saving::read_config(read, {{"weight_decay", nullptr}}), ArgumentError);
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
