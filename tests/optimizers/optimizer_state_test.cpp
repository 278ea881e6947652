// What happens around the update: clipping, decay, averages, accumulation, constraints, frozen weights, variables.
#include "optimizers/optimizer_state.hpp"

#include <cmath>
#include <limits>

#include "optimizers/two_weights.hpp"
#include "sumi/session.hpp"
#include "support/allocation_count.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using optimizers::OptimizerState;
using sumi::test::error_text;
using sumi::testing::require_close;
using sumi::testing::TwoWeights;

namespace user {

/// Adds nothing; notes which ranges it was given.
struct Recorder {
  static constexpr const char* class_name = "Recorder";
  std::vector<UpdateRange>* seen = nullptr;
};
void fields(Recorder&, Fields&) {}
OptimizerArguments arguments(const Recorder&) { return {.learning_rate = 0.5}; }
std::vector<OptimizerSlot> slots(const Recorder&) { return {{.name = "counter", .initial_value = 2.0F}}; }
void update(const Recorder& recorder, const UpdateRange& range) {
  recorder.seen->push_back(range);
  for (std::size_t i = 0; i < range.weights.size(); ++i) range.slots[0][i] += 1.0F;
}

}  // namespace user

namespace {

/// Weights of which the middle one can be frozen alone; moving statistics stand between them in the table.
state::ParameterTable three_layers() {
  return state::ParameterTable({testing::parameter("a", "kernel", {20}), testing::parameter("b", "gamma", {5}),
                                testing::parameter("b", "moving_mean", {5}, false),
                                testing::parameter("c", "kernel", {2, 8})});
}

/// A single weight of a few numbers and one step on it.
struct OneStep {
  OneStep(const Optimizer& optimizer, std::vector<float> start, const std::vector<float>& gradient) {
    const state::ParameterTable table({testing::parameter("a", "b", {static_cast<std::int64_t>(start.size())})});
    state::Arena weights(table.floats()), gradients(table.floats());
    std::copy(start.begin(), start.end(), weights.data());
    std::copy(gradient.begin(), gradient.end(), gradients.data());
    OptimizerState state(optimizer, table);
    state.apply(weights, gradients, {true});
    values.assign(weights.data(), weights.data() + start.size());
  }
  std::vector<float> values;
};

}  // namespace

TEST_CASE("clipping and weight decay are Keras's") {
  struct Case {
    const char* name;
    Optimizer optimizer;
    std::vector<float> values;
  };
  const std::vector<Case> cases = {
      {"weight decay with SGD",
       SGD{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.01},
       {-0.441950619F, -0.191288725F, 0.625589252F, -0.374204129F, -0.123542272F, 1.04010868F, -0.813698292F,
        0.349952459F, 1.0133065F}},
      {"weight decay with Adam",
       Adam{.learning_rate = 0.01, .weight_decay = 0.1},
       {-0.731849909F, -0.0562471263F, 0.678570092F, -0.538164198F, 0.112022251F, 0.900109112F, -0.603555381F,
        0.18536748F, 0.944997668F}},
      {"clipnorm",
       SGD{.learning_rate = 0.1, .clipnorm = 0.5},
       {-0.715468943F, -0.105021827F, 0.725371003F, -0.550483227F, 0.0599638782F, 0.956763744F, -0.68506074F,
        0.265154213F, 0.926233053F}},
      {"clipnorm with Adam",
       Adam{.learning_rate = 0.01, .clipnorm = 0.5},
       {-0.735342741F, -0.0563152619F, 0.68329072F, -0.541044354F, 0.11299479F, 0.905134737F, -0.60648185F,
        0.185740665F, 0.949671447F}},
      {"clipvalue",
       SGD{.learning_rate = 0.1, .clipvalue = 0.25},
       {-0.70600003F, -0.110999994F, 0.723999977F, -0.541000009F, 0.061999999F, 0.963999927F, -0.653999925F,
        0.246000022F, 0.925000012F}},
      {"clipvalue with Adam",
       Adam{.learning_rate = 0.01, .clipvalue = 0.1},
       {-0.73273164F, -0.0558558553F, 0.681665778F, -0.540044665F, 0.110243045F, 0.907104492F, -0.6087901F,
        0.187104508F, 0.949086249F}},
      {"global_clipnorm",
       SGD{.learning_rate = 0.1, .global_clipnorm = 0.5},
       {-0.726068735F, -0.092527464F, 0.720043659F, -0.554841459F, 0.0786999241F, 0.945876002F, -0.635545492F,
        0.231630579F, 0.922140539F}},
      {"global_clipnorm with Adam",
       Adam{.learning_rate = 0.01, .global_clipnorm = 0.5},
       {-0.735453308F, -0.0561852455F, 0.683174133F, -0.541005194F, 0.112899721F, 0.904672801F, -0.60626781F,
        0.186347097F, 0.949119687F}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    TwoWeights model;
    require_close(model.train(c.optimizer, 5), c.values);
    REQUIRE(model.padding_is_zero());
  }
}

TEST_CASE("gradients are clipped as in Keras's own tests") {
  const std::vector<float> zero = {0.0F, 0.0F};
  require_close(OneStep(SGD{.learning_rate = 1.0, .clipnorm = 1.0}, zero, {100, 100}).values,
                {-0.70710678F, -0.70710678F});
  require_close(OneStep(SGD{.learning_rate = 1.0, .clipvalue = 1.0}, zero, {100, -100}).values, {-1.0F, 1.0F});
  require_close(OneStep(SGD{.learning_rate = 1.0, .global_clipnorm = 1.0}, zero, {50, 100}).values,
                {-0.4472136F, -0.8944272F});
}

TEST_CASE("gradients below the limit are not touched, and zero limits none") {
  const std::vector<float> start = {1.0F, 2.0F, 3.0F}, gradient = {0.1F, 0.2F, -0.3F};
  const std::vector<float> unclipped = OneStep(SGD{.learning_rate = 0.3}, start, gradient).values;
  for (const double limit : {1.0, 0.0}) {
    REQUIRE(OneStep(SGD{.learning_rate = 0.3, .clipnorm = limit}, start, gradient).values == unclipped);
    REQUIRE(OneStep(SGD{.learning_rate = 0.3, .clipvalue = limit}, start, gradient).values == unclipped);
    REQUIRE(OneStep(SGD{.learning_rate = 0.3, .global_clipnorm = limit}, start, gradient).values == unclipped);
  }
  REQUIRE(OneStep(SGD{.learning_rate = 0.3, .clipnorm = 1.0}, start, {0, 0, 0}).values == start);
}

TEST_CASE("an infinite gradient makes all weights under a global norm not-a-number") {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values = OneStep(SGD{.global_clipnorm = 1.0}, {1, 2}, {infinity, 1}).values;
  REQUIRE(std::isnan(values[0]));
  REQUIRE(std::isnan(values[1]));
  REQUIRE(std::isnan(OneStep(SGD{.clipnorm = 1.0}, {1, 2}, {std::nanf(""), 1}).values[1]));
}

TEST_CASE("gradients are divided by the loss scale") {
  OptimizerState plain(SGD{}, TwoWeights().table);
  REQUIRE(plain.loss_scale() == 1.0);
  TwoWeights model, scaled;
  OptimizerState state(SGD{.learning_rate = 0.1, .loss_scale_factor = 8.0}, scaled.table);
  REQUIRE(state.loss_scale() == 8.0);
  for (int t = 0; t < 5; ++t) scaled.step(state, t, 8.0F);
  REQUIRE(scaled.values() == model.train(SGD{.learning_rate = 0.1}, 5));
}

TEST_CASE("moving averages replace the weights every so often") {
  const Optimizer optimizer =
      Adam{.learning_rate = 0.01, .use_ema = true, .ema_momentum = 0.9, .ema_overwrite_frequency = 3};
  require_close(TwoWeights().train(optimizer, 3),
                {-0.767204106F, -0.0312793218F, 0.687924147F, -0.567286491F, 0.147319809F, 0.890564084F, -0.572594881F,
                 0.170688316F, 0.932532132F});
  require_close(TwoWeights().train(optimizer, 5),
                {-0.751987457F, -0.0477561243F, 0.691699922F, -0.556689739F, 0.128530547F, 0.900372565F, -0.591106236F,
                 0.181318685F, 0.935329914F});
}

TEST_CASE("moving averages replace the weights at the end") {
  TwoWeights model;
  OptimizerState state(RMSprop{.learning_rate = 0.01, .use_ema = true}, model.table);
  const std::vector<float> start = model.values();
  state.finalize(model.weights);
  REQUIRE(model.values() == start);
  for (int t = 0; t < 5; ++t) model.step(state, t);
  require_close(model.values(), {-0.713960588F, -0.116496168F, 0.688890874F, -0.536418498F, 0.0236677844F, 0.926488161F,
                                 -0.69817704F, 0.209240571F, 0.934151411F});
  state.finalize(model.weights);
  require_close(model.values(), {-0.747178376F, -0.0111238826F, 0.668389022F, -0.547593236F, 0.125675455F, 0.870096445F,
                                 -0.594370961F, 0.150167421F, 0.951794684F});
  REQUIRE(model.padding_is_zero());
}

TEST_CASE("accumulated gradients update every so often, by their mean") {
  TwoWeights model;
  OptimizerState state(SGD{.learning_rate = 0.1, .momentum = 0.9, .gradient_accumulation_steps = 2}, model.table);
  const std::vector<float> start = model.values();
  std::vector<std::int64_t> iterations;
  for (int t = 0; t < 5; ++t) {
    model.step(state, t);
    iterations.push_back(state.iterations());
    if (t == 0) REQUIRE(model.values() == start);
  }
  REQUIRE(iterations == std::vector<std::int64_t>{0, 1, 1, 2, 2});
  REQUIRE(state.step() == 5);
  require_close(model.values(), {-0.69904995F, -0.0663499981F, 0.667349994F, -0.528050005F, 0.104649998F, 0.934299946F,
                                 -0.609549999F, 0.220100015F, 0.948750019F});
}

TEST_CASE("accumulation counts updates for bias correction and averages, but steps for a schedule") {
  require_close(TwoWeights().train(Adam{.learning_rate = 0.01,
                                        .weight_decay = 0.1,
                                        .use_ema = true,
                                        .ema_momentum = 0.9,
                                        .ema_overwrite_frequency = 2,
                                        .gradient_accumulation_steps = 2},
                                   5),
                {-0.768252313F, -0.0507381F, 0.68930912F, -0.568598151F, 0.148904055F, 0.909793854F, -0.570288539F,
                 0.190620542F, 0.929450333F});
  const ExponentialDecay decay{.initial_learning_rate = 0.1, .decay_steps = 2, .decay_rate = 0.5};
  require_close(TwoWeights().train(SGD{.learning_rate = decay, .gradient_accumulation_steps = 2}, 5),
                {-0.750124693F, -0.0493691638F, 0.687095284F, -0.560731292F, 0.14002423F, 0.91219759F, -0.577854455F,
                 0.19431892F, 0.930783391F});
}

TEST_CASE("a schedule sets the rate of each step, of its weight decay too") {
  const ExponentialDecay decay{.initial_learning_rate = 0.1, .decay_steps = 2, .decay_rate = 0.5};
  const SGD sgd{.learning_rate = decay, .momentum = 0.9, .weight_decay = 0.01};
  TwoWeights model;
  require_close(model.train(sgd, 5), {-0.50677985F, -0.0943949968F, 0.54789108F, -0.395324439F, 0.0170604065F,
                                      0.904820204F, -0.683321416F, 0.204438359F, 1.03007758F});
  OptimizerState state(sgd, model.table);
  REQUIRE(state.learning_rate() == 0.1F);
  state.set_step(2);
  REQUIRE(state.learning_rate() == 0.05F);
  REQUIRE(
      error_text<ArgumentError>([&] { state.set_learning_rate(0.5); }) ==
      "This optimizer was created with a `LearningRateSchedule` object as its `learning_rate` constructor argument, "
      "hence its learning rate is not settable. If you need the learning rate to be settable, you should "
      "instantiate the optimizer with a float `learning_rate` argument.");
}

TEST_CASE("the learning rate can be set between steps and is part of the configuration") {
  TwoWeights model, fresh;
  OptimizerState state(SGD{.learning_rate = 5.0}, model.table);
  state.set_learning_rate(0.1);
  REQUIRE(state.learning_rate() == 0.1F);
  REQUIRE(state.optimizer().as<SGD>()->learning_rate.rate() == 0.1F);
  model.step(state, 0);
  REQUIRE(model.values() == fresh.train(SGD{.learning_rate = 0.1}, 1));
}

TEST_CASE("constraints hold after the update, for the weight that has them") {
  const std::vector<float> expected = {-0.212505311F, -0.403193772F, 0.365280688F, -0.286634326F, -0.444336265F,
                                       0.475993603F,  -1.20999992F,  0.625F,       0.944999933F};
  require_close(TwoWeights(MaxNorm{.max_value = 0.6}).train(SGD{.learning_rate = 0.5}, 5), expected);
}

TEST_CASE("weights that take part and lie side by side are updated in one range") {
  const state::ParameterTable table = three_layers();
  state::Arena weights(table.floats(), 0.0F), gradients(table.floats());
  std::vector<UpdateRange> seen;
  OptimizerState state(user::Recorder{.seen = &seen}, table);
  state.apply(weights, gradients, {true, true, false, true});
  REQUIRE(seen.size() == 1);
  REQUIRE(seen[0].weights.data() == weights.data());
  REQUIRE(seen[0].gradients.data() == gradients.data());
  REQUIRE(seen[0].weights.size() == table.trainable_floats());
  REQUIRE(seen[0].iteration == 0);
  REQUIRE(seen[0].learning_rate == 0.5);
}

TEST_CASE("frozen weights are left out, their state too") {
  const state::ParameterTable table = three_layers();
  state::Arena weights(table.floats()), gradients(table.floats());
  std::vector<UpdateRange> seen;
  OptimizerState state(user::Recorder{.seen = &seen}, table);
  state.apply(weights, gradients, {true, false, false, true});
  REQUIRE(seen.size() == 2);
  REQUIRE(seen[0].weights.size() == table[1].offset);
  REQUIRE(seen[1].weights.data() == weights.data() + table[3].offset);
  REQUIRE(seen[1].weights.size() == 16);
  // Slots begin at 2 and the recorder adds 1.
  const auto variables = state.variables("m");
  REQUIRE(variables[2].values[0] == 3.0F);
  REQUIRE(variables[3].values[0] == 2.0F);
  REQUIRE(variables[4].values[15] == 3.0F);

  state.apply(weights, gradients, {false, false, false, false});
  REQUIRE(seen.size() == 2);
  REQUIRE(state.iterations() == 1);
}

TEST_CASE("frozen weights keep their values under decay, averages and constraints") {
  TwoWeights model(NonNeg{});
  model.trainable = {false, true};
  OptimizerState state(Adam{.weight_decay = 0.5, .use_ema = true, .ema_overwrite_frequency = 2}, model.table);
  const std::vector<float> start = model.values();
  for (int t = 0; t < 5; ++t) model.step(state, t);
  state.finalize(model.weights);
  const std::vector<float> end = model.values();
  REQUIRE(std::equal(start.begin(), start.begin() + 6, end.begin()));
  for (std::size_t i = 6; i < 9; ++i) REQUIRE(start[i] != end[i]);
  // After thawing their averages start from the weights that they have.
  model.trainable = {true, true};
  model.step(state, 5);
  state.finalize(model.weights);
  REQUIRE(model.values()[2] == Approx(start[2]).margin(0.02));
}

TEST_CASE("the norm of all gradients does not count frozen weights") {
  const state::ParameterTable table = three_layers();
  state::Arena weights(table.floats()), gradients(table.floats());
  gradients.data()[0] = 3.0F;
  gradients.data()[table[1].offset] = 1000.0F;
  gradients.data()[table[3].offset + 15] = 4.0F;
  OptimizerState state(SGD{.learning_rate = 1.0, .global_clipnorm = 1.0}, table);
  state.apply(weights, gradients, {true, false, false, true});
  REQUIRE(weights.data()[0] == Approx(-0.6F));
  REQUIRE(weights.data()[table[1].offset] == 0.0F);
  REQUIRE(weights.data()[table[3].offset + 15] == Approx(-0.8F));
}

TEST_CASE("variables have Keras's names, shapes and order") {
  const auto names = [](const Optimizer& optimizer, const std::vector<bool>& trainable = {}) {
    OptimizerState state(optimizer, TwoWeights().table);
    std::vector<std::string> all;
    for (const auto& variable : state.variables("sequential", trainable)) {
      all.push_back(variable.name + to_string(variable.shape));
    }
    REQUIRE(all.size() == state.variable_count(trainable));
    return all;
  };
  using Names = std::vector<std::string>;
  const std::string kernel = "o/sequential_dense_kernel_", bias = "o/sequential_dense_bias_";
  const std::string m = "(2, 3)", v = "(3,)";
  REQUIRE(names(SGD{.name = "o"}) == Names{"o/iteration()", "o/learning_rate()"});
  const ExponentialDecay decay{.initial_learning_rate = 0.1, .decay_steps = 2, .decay_rate = 0.5};
  REQUIRE(names(SGD{.learning_rate = decay, .momentum = 0.9, .name = "o"}) ==
          Names{"o/iteration()", kernel + "momentum" + m, bias + "momentum" + v});
  REQUIRE(names(Adam{.amsgrad = true, .use_ema = true, .gradient_accumulation_steps = 2, .name = "o"}) ==
          Names{"o/iteration()", "o/learning_rate()", kernel + "average" + m, bias + "average" + v,
                kernel + "gradient_accumulator" + m, bias + "gradient_accumulator" + v, kernel + "momentum" + m,
                kernel + "velocity" + m, bias + "momentum" + v, bias + "velocity" + v, kernel + "velocity_hat" + m,
                bias + "velocity_hat" + v});
  REQUIRE(names(RMSprop{.momentum = 0.9, .centered = true, .name = "o"}, {false, true}) ==
          Names{"o/iteration()", "o/learning_rate()", bias + "velocity" + v, bias + "momentum" + v,
                bias + "average_gradient" + v});
  REQUIRE(names(Nadam{.name = "o"}) == Names{"o/iteration()", "o/learning_rate()", kernel + "momentum" + m,
                                             kernel + "velocity" + m, bias + "momentum" + v, bias + "velocity" + v,
                                             "o/variable()"});
  clear_session();
  REQUIRE(names("rmsprop")[0] == "rm_sprop/iteration()");
}

TEST_CASE("variables are counted as the summary counts them") {
  const state::ParameterTable table = three_layers();
  REQUIRE(OptimizerState(SGD{}, table).parameter_count() == 2);
  REQUIRE(OptimizerState(Adam{}, table).parameter_count() == 2 + 2 * (20 + 5 + 16));
  REQUIRE(OptimizerState(Adam{}, table).parameter_count({true, false, false, true}) == 2 + 2 * (20 + 16));
  REQUIRE(OptimizerState(Nadam{}, table).parameter_count() == 2 + 2 * (20 + 5 + 16) + 1);
}

TEST_CASE("a training goes on from saved variables") {
  for (const Optimizer& optimizer :
       {Optimizer(Adam{.learning_rate = 0.01, .use_ema = true, .gradient_accumulation_steps = 2}),
        Optimizer(Nadam{.learning_rate = 0.01}), Optimizer(Ftrl{.learning_rate = 0.1})}) {
    TwoWeights whole, parts;
    OptimizerState one(optimizer, whole.table), first(optimizer, parts.table), second(optimizer, parts.table);
    for (int t = 0; t < 5; ++t) whole.step(one, t);
    for (int t = 0; t < 3; ++t) parts.step(first, t);
    const auto saved = std::as_const(first).variables("m");
    const auto loaded = second.variables("m");
    REQUIRE(saved.size() == loaded.size());
    REQUIRE(saved[0].values.empty());
    for (std::size_t i = 1; i < saved.size(); ++i) {
      std::copy(saved[i].values.begin(), saved[i].values.end(), loaded[i].values.begin());
    }
    second.set_step(first.step());
    for (int t = 3; t < 5; ++t) parts.step(second, t);
    REQUIRE(parts.values() == whole.values());
    one.finalize(whole.weights);
    second.finalize(parts.weights);
    REQUIRE(parts.values() == whole.values());
  }
}

TEST_CASE("a step allocates nothing") {
  TwoWeights model;
  for (const Optimizer& optimizer :
       {Optimizer(Adam{.weight_decay = 0.1, .clipnorm = 1.0, .use_ema = true, .gradient_accumulation_steps = 2}),
        Optimizer(SGD{.momentum = 0.9, .clipvalue = 1.0}),
        Optimizer(Nadam{.weight_decay = 0.1}).exclude_from_weight_decay({"bias"}), Optimizer(Ftrl{}),
        Optimizer(RMSprop{.learning_rate = CosineDecay{.initial_learning_rate = 0.1, .decay_steps = 10},
        .global_clipnorm = 1.0})}) {
    OptimizerState state(optimizer, model.table);
    // The first update of a process makes the backend; with accumulation that is the second call.
    for (int i = 0; i < 2; ++i) state.apply(model.weights, model.gradients, model.trainable);
    const std::size_t before = testing::allocation_count();
    for (int i = 0; i < 5; ++i) state.apply(model.weights, model.gradients, model.trainable);
    const std::size_t after = testing::allocation_count();
    REQUIRE(after == before);
  }
}

TEST_CASE("arenas and masks of another model are refused") {
  TwoWeights model;
  OptimizerState state(SGD{}, model.table);
  state::Arena small(16);
  REQUIRE_THROWS_AS(state.apply(model.weights, model.gradients, {true}), ShapeError);
  REQUIRE_THROWS_AS(state.apply(small, model.gradients, {true, true}), ShapeError);
  REQUIRE_THROWS_AS(state.apply(model.weights, small, {true, true}), ShapeError);
}
