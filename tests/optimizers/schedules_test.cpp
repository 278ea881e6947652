// Schedules against Keras's own tests and traces, and the arguments that they refuse.
#include "sumi/schedules.hpp"

#include <cmath>
#include <functional>

#include "saving/json_fields.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using sumi::test::error_text;

namespace {

/// Keras computes in float32: relative difference at most 1e-6.
void require_rates(const Schedule& schedule, const std::vector<std::pair<std::int64_t, double>>& rates) {
  for (const auto& [step, rate] : rates) {
    INFO(schedule.class_name() << " at step " << step);
    REQUIRE(schedule->rate_at(step) == Approx(rate).epsilon(1e-6).margin(1e-9));
  }
}

}  // namespace

TEST_CASE("exponential decay") {
  require_rates(ExponentialDecay{.initial_learning_rate = 0.05, .decay_steps = 10, .decay_rate = 0.96},
                {{0, 0.05}, {5, 0.048989794855663564}, {10, 0.048}});
  require_rates(ExponentialDecay{.initial_learning_rate = 0.1, .decay_steps = 10, .decay_rate = 0.5, .staircase = true},
                {{0, 0.1}, {9, 0.1}, {10, 0.05}, {15, 0.05}, {20, 0.025}, {25, 0.025}, {40, 0.00625}});
}

TEST_CASE("inverse time decay") {
  require_rates(
      InverseTimeDecay{.initial_learning_rate = 0.1, .decay_steps = 10, .decay_rate = 0.96, .staircase = true},
      {{0, 0.1}, {9, 0.1}, {10, 0.05102040816326531}});
  require_rates(InverseTimeDecay{.initial_learning_rate = 0.1, .decay_steps = 10, .decay_rate = 0.96},
                {{5, 0.1 / 1.48}});
}

TEST_CASE("polynomial decay") {
  require_rates(PolynomialDecay{.initial_learning_rate = 0.05, .decay_steps = 10, .end_learning_rate = 0.0},
                {{5, 0.025}, {10, 0.0}, {11, 0.0}});
  require_rates(
      PolynomialDecay{.initial_learning_rate = 0.05, .decay_steps = 10, .end_learning_rate = 0.001, .power = 0.5},
      {{5, 0.03564823227814083}});
  require_rates(
      PolynomialDecay{.initial_learning_rate = 0.1, .decay_steps = 10, .end_learning_rate = 0.01, .power = 2.0},
      {{0, 0.1}, {1, 0.08289999514818192}, {4, 0.04240000247955322}, {9, 0.010900000110268593}, {40, 0.01}});
}

TEST_CASE("polynomial decay that cycles") {
  require_rates(
      PolynomialDecay{.initial_learning_rate = 0.05, .decay_steps = 10, .end_learning_rate = 0.001, .cycle = true},
      {{10, 0.001}, {15, 0.01325}, {20, 0.001}});
  require_rates(PolynomialDecay{.initial_learning_rate = 0.001, .decay_steps = 10, .cycle = true}, {{0, 0.001}});
}

TEST_CASE("piecewise constants change after their boundary") {
  require_rates(PiecewiseConstantDecay{.boundaries = {100, 110, 120}, .values = {1.0, 0.1, 0.01, 0.001}},
                {{-999, 1.0}, {100, 1.0}, {101, 0.1}, {105, 0.1}, {110, 0.1}, {120, 0.01}, {999, 0.001}});
  require_rates(PiecewiseConstantDecay{.boundaries = {1}, .values = {0.4, 0.5}}, {{0, 0.4}, {1, 0.4}, {2, 0.5}});
}

TEST_CASE("cosine decay") {
  require_rates(CosineDecay{.initial_learning_rate = 0.1, .decay_steps = 20},
                {{0, 0.1}, {1, 0.09938441962003708}, {9, 0.05782172828912735}, {20, 0.0}, {40, 0.0}});
  require_rates(CosineDecay{.initial_learning_rate = 1.0, .decay_steps = 1000, .alpha = 0.1},
                {{0, 1.0}, {250, 0.8681980515339464}, {500, 0.55}, {1000, 0.1}, {1250, 0.1}});
}

TEST_CASE("cosine decay after a warm-up") {
  require_rates(
      CosineDecay{
          .initial_learning_rate = 0.1, .decay_steps = 20, .alpha = 0.1, .warmup_target = 0.3, .warmup_steps = 5},
      {{0, 0.1},
       {4, 0.2600000202655792},
       {5, 0.3},
       {9, 0.27421730756759644},
       {15, 0.16499999165534973},
       {21, 0.05578269809484482},
       {25, 0.03},
       {40, 0.03}});
}

TEST_CASE("cosine decay that restarts") {
  require_rates(CosineDecayRestarts{.initial_learning_rate = 1.0, .first_decay_steps = 1000},
                {{0, 1.0}, {500, 0.5}, {750, 0.14644660940672627}, {1000, 1.0}, {1250, 0.9619397662556434}});
  require_rates(CosineDecayRestarts{.initial_learning_rate = 1.0, .first_decay_steps = 1000, .m_mul = 0.9},
                {{1000, 0.9}, {1250, 0.8657457896300791}});
  require_rates(CosineDecayRestarts{.initial_learning_rate = 1.0, .first_decay_steps = 1000, .t_mul = 1.0},
                {{1000, 1.0}, {1250, 0.8535533905932737}});
}

TEST_CASE("every restart is at the full rate, whatever logarithms say") {
  const CosineDecayRestarts schedule{.initial_learning_rate = 1.0, .first_decay_steps = 7, .t_mul = 3.0};
  for (std::int64_t start = 0, length = 7; length < 100'000'000; start += length, length *= 3) {
    INFO("restart at " << start);
    REQUIRE(learning_rate(schedule, start) == Approx(1.0).epsilon(1e-9));
  }
}

TEST_CASE("restarts that come ever faster end") {
  const CosineDecayRestarts schedule{
      .initial_learning_rate = 1.0, .first_decay_steps = 100, .t_mul = 0.5, .alpha = 0.25};
  REQUIRE(learning_rate(schedule, 100) == Approx(1.0));
  REQUIRE(learning_rate(schedule, 200) == 0.25);
  REQUIRE(learning_rate(schedule, 100000) == 0.25);
}

TEST_CASE("schedules refuse steps that are not positive, and values that don't fit") {
  REQUIRE(error_text<ArgumentError>([] {
            Schedule(ExponentialDecay{.initial_learning_rate = 0.1, .decay_steps = 0, .decay_rate = 0.5});
          }) == "Argument `decay_steps` must be > 0. Received: decay_steps=0");
  REQUIRE_THROWS_AS(Schedule(InverseTimeDecay{.initial_learning_rate = 0.1, .decay_steps = -1, .decay_rate = 0.5}),
                    ArgumentError);
  REQUIRE_THROWS_AS(Schedule(PolynomialDecay{.initial_learning_rate = 0.1, .decay_steps = 0}), ArgumentError);
  REQUIRE_THROWS_AS(Schedule(CosineDecay{.initial_learning_rate = 0.1, .decay_steps = 0}), ArgumentError);
  REQUIRE_THROWS_AS(Schedule(CosineDecay{.initial_learning_rate = 0.1, .decay_steps = 1, .warmup_steps = -1}),
                    ArgumentError);
  REQUIRE_THROWS_AS(Schedule(CosineDecayRestarts{.initial_learning_rate = 0.1, .first_decay_steps = 0}), ArgumentError);
  REQUIRE_THROWS_AS(Schedule(CosineDecayRestarts{.initial_learning_rate = 0.1, .first_decay_steps = 1, .t_mul = 0.0}),
                    ArgumentError);
  REQUIRE(error_text<ArgumentError>([] {
            Schedule(PiecewiseConstantDecay{.boundaries = {1, 2}, .values = {0.1, 0.2}});
          }) ==
          "The length of boundaries should be 1 less than the length of values. Received: boundaries=[1, 2] of length "
          "2, and values=[0.1, 0.2] of length 2.");
  REQUIRE_THROWS_AS(Schedule(PiecewiseConstantDecay{}), ArgumentError);
  REQUIRE_THROWS_AS(Schedule(PiecewiseConstantDecay{.boundaries = {2, 1}, .values = {0.1, 0.2, 0.3}}), ArgumentError);
}

TEST_CASE("configurations of schedules are Keras's and read back") {
  const std::vector<std::pair<Schedule, const char*>> cases = {
      {InverseTimeDecay{.initial_learning_rate = 0.5, .decay_steps = 10, .decay_rate = 0.25},
       R"({"initial_learning_rate":0.5,"decay_steps":10,"decay_rate":0.25,"staircase":false,)"
       R"("name":"InverseTimeDecay"})"},
      {PolynomialDecay{.initial_learning_rate = 0.5, .decay_steps = 10},
       R"({"initial_learning_rate":0.5,"decay_steps":10,"end_learning_rate":0.0001,"power":1.0,"cycle":false,)"
       R"("name":"PolynomialDecay"})"},
      {PiecewiseConstantDecay{.boundaries = {-1, 20}, .values = {0.5, 0.25, 0.125}},
       R"({"boundaries":[-1,20],"values":[0.5,0.25,0.125],"name":"PiecewiseConstant"})"},
      {CosineDecay{.initial_learning_rate = 0.5, .decay_steps = 10},
       R"({"initial_learning_rate":0.5,"decay_steps":10,"alpha":0.0,"name":"CosineDecay","warmup_target":null,)"
       R"("warmup_steps":0})"},
      {CosineDecayRestarts{.initial_learning_rate = 0.5, .first_decay_steps = 10},
       R"({"initial_learning_rate":0.5,"first_decay_steps":10,"t_mul":2.0,"m_mul":1.0,"alpha":0.0,)"
       R"("name":"SGDRDecay"})"},
  };
  for (const auto& [schedule, config] : cases) {
    REQUIRE(saving::to_config(schedule).dump() == config);
    Schedule read = Schedule::from_identifier(schedule.class_name());
    saving::read_config(read, saving::Json::parse(config));
    REQUIRE(saving::equal(read, schedule));
  }
}

TEST_CASE("a configuration must have what a schedule has no default for") {
  Schedule piecewise = Schedule::from_identifier("PiecewiseConstantDecay");
  REQUIRE_THROWS_AS(saving::read_config(piecewise, {{"name", "p"}}), ArgumentError);
  Schedule cosine = Schedule::from_identifier("CosineDecay");
  REQUIRE_THROWS_AS(saving::read_config(cosine, {{"decay_steps", 3}}), ArgumentError);
}

TEST_CASE("a learning rate is a number or a schedule") {
  const LearningRate number = 0.1;
  REQUIRE_FALSE(number.is_schedule());
  REQUIRE(number.at(7) == 0.1F);
  const LearningRate schedule = ExponentialDecay{.initial_learning_rate = 0.1, .decay_steps = 1, .decay_rate = 0.5};
  REQUIRE(schedule.is_schedule());
  REQUIRE(schedule.at(1) == 0.05F);
}

TEST_CASE("a learning rate is a function, of the step or of nothing") {
  const LearningRate of_step = [](std::int64_t step) { return 1.0 / static_cast<double>(1 + step); };
  REQUIRE(of_step.is_schedule());
  REQUIRE(of_step.at(0) == 1.0);
  REQUIRE(of_step.at(3) == 0.25);
  double rate = 0.5;
  const LearningRate of_nothing = [&rate] { return rate; };
  REQUIRE(of_nothing.at(7) == 0.5);
  rate = 0.1;
  REQUIRE(of_nothing.at(7) == 0.1F);
  const auto half = [](std::int64_t) { return 0.5; };
  REQUIRE(Schedule(LambdaSchedule{.function = half})->rate_at(1) == 0.5);
  REQUIRE(error_text<ArgumentError>([] {
            Schedule(LambdaSchedule{.function = std::function<double(std::int64_t)>()});
          }) == "LambdaSchedule expects a function of the step. Received none.");
}

TEST_CASE("of a function a configuration has the name") {
  const Schedule schedule = LambdaSchedule{.function = [](std::int64_t) { return 0.5; }, .name = "half"};
  REQUIRE_FALSE(schedule.built_in());
  REQUIRE(schedule.registered_name() == "Custom>LambdaSchedule");
  REQUIRE(saving::to_config(schedule).dump() == R"({"name":"half"})");
}

namespace user {
struct Halving {
  static constexpr const char* class_name = "Halving";
  double start = 1.0;
};
void fields(Halving& value, Fields& f) { f("start", value.start); }
double learning_rate(const Halving& value, std::int64_t step) {
  return value.start * std::pow(0.5, static_cast<double>(step));
}
}  // namespace user

TEST_CASE("a user's schedule can be named by configurations") {
  register_schedule(user::Halving{});
  const Schedule schedule = Schedule::from_identifier("Halving");
  REQUIRE(schedule->rate_at(3) == 0.125);
  REQUIRE_FALSE(schedule.built_in());
  REQUIRE_THROWS_AS(Schedule::from_identifier("Nothing"), ArgumentError);
}
