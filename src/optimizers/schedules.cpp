// Learning rates as functions of the step, computed in double.
#include "sumi/schedules.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/registry.hpp"
#include "core/text.hpp"

namespace sumi {
namespace {

void require_positive(const char* argument, std::int64_t value) {
  if (value > 0) return;
  throw ArgumentError(std::string("Argument `") + argument + "` must be > 0. Received: " + argument + "=" +
                      std::to_string(value));
}

/// step / steps, rounded down where staircase.
double periods(std::int64_t step, std::int64_t steps, bool staircase) {
  const double quotient = static_cast<double>(step) / static_cast<double>(steps);
  return staircase ? std::floor(quotient) : quotient;
}

/// Half a cosine wave from 1 at fraction 0 to 0 at fraction 1.
double half_wave(double fraction) { return 0.5 * (1 + std::cos(std::numbers::pi * fraction)); }

template <class T>
void decay_fields(T& value, Fields& f) {
  f("initial_learning_rate", value.initial_learning_rate);
  f("decay_steps", value.decay_steps);
  f("decay_rate", value.decay_rate);
  f("staircase", value.staircase);
  f("name", value.name);
}

Registry<Schedule>& registry() {
  // The arguments only stand in until those of a configuration are read.
  static Registry<Schedule> schedules(
      "learning rate schedule", {{ExponentialDecay{.initial_learning_rate = 0.0, .decay_steps = 1, .decay_rate = 1.0}},
                                 {InverseTimeDecay{.initial_learning_rate = 0.0, .decay_steps = 1, .decay_rate = 1.0}},
                                 {PolynomialDecay{.initial_learning_rate = 0.0, .decay_steps = 1}},
                                 {PiecewiseConstantDecay{.boundaries = {0}, .values = {0.0, 0.0}}},
                                 {CosineDecay{.initial_learning_rate = 0.0, .decay_steps = 1}},
                                 {CosineDecayRestarts{.initial_learning_rate = 0.0, .first_decay_steps = 1}}});
  return schedules;
}

}  // namespace

double learning_rate(const ExponentialDecay& schedule, std::int64_t step) {
  return schedule.initial_learning_rate *
         std::pow(schedule.decay_rate.get(), periods(step, schedule.decay_steps, schedule.staircase));
}

double learning_rate(const InverseTimeDecay& schedule, std::int64_t step) {
  return schedule.initial_learning_rate /
         (1 + schedule.decay_rate * periods(step, schedule.decay_steps, schedule.staircase));
}

double learning_rate(const PolynomialDecay& schedule, std::int64_t step) {
  double fraction = periods(step, schedule.decay_steps, false);
  if (schedule.cycle) {
    fraction /= step == 0 ? 1.0 : std::ceil(fraction);
  } else {
    fraction = std::min(fraction, 1.0);
  }
  return (schedule.initial_learning_rate - schedule.end_learning_rate) * std::pow(1 - fraction, schedule.power) +
         schedule.end_learning_rate;
}

double learning_rate(const PiecewiseConstantDecay& schedule, std::int64_t step) {
  const auto interval = std::lower_bound(schedule.boundaries.begin(), schedule.boundaries.end(), step);
  return schedule.values[static_cast<std::size_t>(interval - schedule.boundaries.begin())];
}

double learning_rate(const CosineDecay& schedule, std::int64_t step) {
  double start = schedule.initial_learning_rate;
  if (schedule.warmup_target) {
    if (step < schedule.warmup_steps) {
      return start + (*schedule.warmup_target - start) * periods(step, schedule.warmup_steps, false);
    }
    start = *schedule.warmup_target;
    step -= schedule.warmup_steps;
  }
  const double fraction = std::min(periods(step, schedule.decay_steps, false), 1.0);
  return start * ((1 - schedule.alpha) * half_wave(fraction) + schedule.alpha);
}

double learning_rate(const CosineDecayRestarts& schedule, std::int64_t step) {
  double position = periods(step, schedule.first_decay_steps, false);
  double restarts = 0;
  if (schedule.t_mul == 1) {
    restarts = std::floor(position);
    position -= restarts;
  } else {
    const double left = 1 - position * (1 - schedule.t_mul);
    if (left <= 0) return schedule.initial_learning_rate * schedule.alpha;
    // The quotient of logarithms may fall just below the whole number that it stands for at a restart.
    restarts = std::floor(std::log(left) / std::log(schedule.t_mul) + 1e-9);
    const double length = std::pow(schedule.t_mul, restarts);
    position = std::max(0.0, (position - (1 - length) / (1 - schedule.t_mul)) / length);
  }
  const double wave = std::pow(schedule.m_mul, restarts) * half_wave(position);
  return schedule.initial_learning_rate * ((1 - schedule.alpha) * wave + schedule.alpha);
}

double learning_rate(const LambdaSchedule& schedule, std::int64_t step) { return schedule.function.get()(step); }

void fields(ExponentialDecay& value, Fields& f) { decay_fields(value, f); }
void fields(InverseTimeDecay& value, Fields& f) { decay_fields(value, f); }
void fields(PolynomialDecay& value, Fields& f) {
  f("initial_learning_rate", value.initial_learning_rate);
  f("decay_steps", value.decay_steps);
  f("end_learning_rate", value.end_learning_rate);
  f("power", value.power);
  f("cycle", value.cycle);
  f("name", value.name);
}
void fields(PiecewiseConstantDecay& value, Fields& f) {
  // Required<std::vector<double>> as a field would take `{1.0, 0.1}` for a count and a value; only readers need it.
  Required<Shape> boundaries(value.boundaries);
  Required<std::vector<double>> values(value.values);
  f.numbers("boundaries", boundaries);
  f("values", values);
  value.boundaries = boundaries;
  value.values = values;
  f("name", value.name);
}
void fields(CosineDecay& value, Fields& f) {
  f("initial_learning_rate", value.initial_learning_rate);
  f("decay_steps", value.decay_steps);
  f("alpha", value.alpha);
  f("name", value.name);
  f("warmup_target", value.warmup_target);
  f("warmup_steps", value.warmup_steps);
}
void fields(CosineDecayRestarts& value, Fields& f) {
  f("initial_learning_rate", value.initial_learning_rate);
  f("first_decay_steps", value.first_decay_steps);
  f("t_mul", value.t_mul);
  f("m_mul", value.m_mul);
  f("alpha", value.alpha);
  f("name", value.name);
}
void fields(LambdaSchedule& value, Fields& f) { f("name", value.name); }

void validate(const ExponentialDecay& value) { require_positive("decay_steps", value.decay_steps); }
void validate(const InverseTimeDecay& value) { require_positive("decay_steps", value.decay_steps); }
void validate(const PolynomialDecay& value) { require_positive("decay_steps", value.decay_steps); }
void validate(const PiecewiseConstantDecay& value) {
  if (value.boundaries.size() + 1 != value.values.size()) {
    std::vector<std::string> boundaries, values;
    for (const std::int64_t boundary : value.boundaries) boundaries.push_back(std::to_string(boundary));
    for (const double number : value.values) values.push_back(repr(number));
    throw ArgumentError("The length of boundaries should be 1 less than the length of values. Received: boundaries=[" +
                        join(boundaries) + "] of length " + std::to_string(boundaries.size()) + ", and values=[" +
                        join(values) + "] of length " + std::to_string(values.size()) + ".");
  }
  if (!std::is_sorted(value.boundaries.begin(), value.boundaries.end())) {
    throw ArgumentError("Expected boundaries in ascending order. Received: boundaries=" + to_string(value.boundaries));
  }
}
void validate(const CosineDecay& value) {
  require_positive("decay_steps", value.decay_steps);
  if (value.warmup_steps < 0) {
    throw ArgumentError("Argument `warmup_steps` must be >= 0. Received: warmup_steps=" +
                        std::to_string(value.warmup_steps));
  }
}
void validate(const CosineDecayRestarts& value) {
  require_positive("first_decay_steps", value.first_decay_steps);
  if (!(value.t_mul > 0)) throw ArgumentError("Argument `t_mul` must be > 0. Received: t_mul=" + repr(value.t_mul));
}
void validate(const LambdaSchedule& value) {
  if (!value.function.get()) throw ArgumentError("LambdaSchedule expects a function of the step. Received none.");
}

Schedule Schedule::from_identifier(std::string_view class_name) { return registry().find(class_name); }
bool Schedule::is_built_in(std::string_view class_name) { return registry().is_built_in(class_name); }
void register_schedule(Schedule default_value) {
  std::string class_name(default_value.class_name());
  registry().add(std::move(class_name), std::move(default_value));
}

}  // namespace sumi
