// Learning rates that change with the step. Formulas: Keras 3, keras/src/optimizers/schedules.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sumi/spec.hpp"

namespace sumi {

namespace detail {
class ScheduleInterface : public SpecInterface {
 public:
  virtual std::shared_ptr<ScheduleInterface> clone() const = 0;
  virtual double rate_at(std::int64_t step) const = 0;
};
}  // namespace detail

/// An aggregate T with `T::class_name`, `fields(T&, Fields&)` and `learning_rate(const T&, std::int64_t step) ->
/// double`; the first update is step 0.
template <class T>
concept ScheduleSpec = requires(T value, const T constant, Fields& f) {
  T::class_name;
  fields(value, f);
  { learning_rate(constant, std::int64_t{}) } -> std::convertible_to<double>;
};

/// Any schedule, or none.
class Schedule : public Spec<Schedule, detail::ScheduleInterface> {
 public:
  static constexpr const char* spec_kind = "optimizers.schedules";
  Schedule() = default;
  template <ScheduleSpec T>
  Schedule(T value) : Spec(std::make_shared<Model<T>>(std::move(value))) {  // NOLINT(google-explicit-constructor)
    if constexpr (requires(const T& t) { validate(t); }) validate(*this->template as<const T>());
  }
  /// Throws ArgumentError that lists the known classes.
  static Schedule from_identifier(std::string_view class_name);
  /// Whether sumi itself has a class of that name.
  static bool is_built_in(std::string_view class_name);

 private:
  template <class T>
  class Model final : public SpecModel<detail::ScheduleInterface, T> {
   public:
    using SpecModel<detail::ScheduleInterface, T>::SpecModel;
    std::shared_ptr<detail::ScheduleInterface> clone() const override { return std::make_shared<Model>(this->value_); }
    double rate_at(std::int64_t step) const override { return learning_rate(this->value_, step); }
  };
};

/// A function of the user's. Files have no more of it than its name: whoever loads one hands a LambdaSchedule with the
/// function over, registered or among the custom objects.
struct LambdaSchedule {
  static constexpr const char* class_name = "LambdaSchedule";
  /// The rate at a step; the first update is step 0.
  Required<std::function<double(std::int64_t step)>> function;
  std::string name = "LambdaSchedule";
};
double learning_rate(const LambdaSchedule& schedule, std::int64_t step);
void fields(LambdaSchedule& value, Fields& f);
/// Throws ArgumentError where there is no function.
void validate(const LambdaSchedule& value);

/// A number, a schedule, or a function. Numbers are rounded to float, as Keras does, which holds the rate in a float32
/// variable.
class LearningRate {
 public:
  LearningRate(double rate) { set_rate(rate); }                        // NOLINT(google-explicit-constructor)
  LearningRate(Schedule schedule) : schedule_(std::move(schedule)) {}  // NOLINT(google-explicit-constructor)
  template <ScheduleSpec T>
  LearningRate(T schedule) : schedule_(std::move(schedule)) {}  // NOLINT(google-explicit-constructor)
  /// A function of the step, or of nothing, as in Keras.
  template <std::invocable<std::int64_t> F>
  LearningRate(F function)  // NOLINT(google-explicit-constructor)
      : schedule_(LambdaSchedule{.function = std::move(function)}) {}
  template <std::invocable F>
  LearningRate(F function)  // NOLINT(google-explicit-constructor)
      : LearningRate([f = std::move(function)](std::int64_t) -> double { return f(); }) {}

  bool is_schedule() const { return schedule_.has_value(); }
  double rate() const { return rate_; }
  void set_rate(double rate) { rate_ = static_cast<float>(rate); }
  const Schedule& schedule() const { return schedule_; }
  Schedule& schedule() { return schedule_; }
  /// The rate at a step, rounded to float; the first update is step 0.
  double at(std::int64_t step) const { return is_schedule() ? static_cast<float>(schedule_->rate_at(step)) : rate_; }

 private:
  double rate_ = 0;
  Schedule schedule_;
};

/// initial_learning_rate * decay_rate^(step / decay_steps); staircase: the exponent is rounded down.
struct ExponentialDecay {
  static constexpr const char* class_name = "ExponentialDecay";
  Required<double> initial_learning_rate;
  /// Positive.
  Required<std::int64_t> decay_steps;
  Required<double> decay_rate;
  bool staircase = false;
  std::string name = "ExponentialDecay";
};
/// initial_learning_rate / (1 + decay_rate * step / decay_steps); staircase: the quotient of steps is rounded down.
struct InverseTimeDecay {
  static constexpr const char* class_name = "InverseTimeDecay";
  Required<double> initial_learning_rate;
  /// Positive.
  Required<std::int64_t> decay_steps;
  Required<double> decay_rate;
  bool staircase = false;
  std::string name = "InverseTimeDecay";
};
/// (initial_learning_rate - end_learning_rate) * (1 - p)^power + end_learning_rate with p = step / decay_steps, at most
/// 1. cycle: the steps are those to the next multiple of decay_steps instead, so that the rate rises again.
struct PolynomialDecay {
  static constexpr const char* class_name = "PolynomialDecay";
  Required<double> initial_learning_rate;
  /// Positive.
  Required<std::int64_t> decay_steps;
  double end_learning_rate = 0.0001;
  double power = 1.0;
  bool cycle = false;
  std::string name = "PolynomialDecay";
};
/// values[i] up to and including step boundaries[i]; the last value after the last boundary.
struct PiecewiseConstantDecay {
  static constexpr const char* class_name = "PiecewiseConstantDecay";
  /// Ascending steps.
  std::vector<std::int64_t> boundaries = {};
  /// One more than boundaries.
  std::vector<double> values = {};
  std::string name = "PiecewiseConstant";
};
/// initial_learning_rate * ((1 - alpha) * (1 + cos(pi * p)) / 2 + alpha) with p = step / decay_steps, at most 1. With
/// warmup_target: first a straight line from initial_learning_rate to it in warmup_steps, then the cosine from it.
struct CosineDecay {
  static constexpr const char* class_name = "CosineDecay";
  Required<double> initial_learning_rate;
  /// Positive; those of the warm-up don't count.
  Required<std::int64_t> decay_steps;
  /// The last rate, as a fraction of the first.
  double alpha = 0.0;
  std::string name = "CosineDecay";
  std::optional<double> warmup_target = {};
  std::int64_t warmup_steps = 0;
};
/// CosineDecay again and again: period i is first_decay_steps * t_mul^i long and starts at initial_learning_rate *
/// m_mul^i. Where t_mul < 1 the periods end some day; the rate then stays at the last one's end.
struct CosineDecayRestarts {
  static constexpr const char* class_name = "CosineDecayRestarts";
  Required<double> initial_learning_rate;
  /// Positive.
  Required<std::int64_t> first_decay_steps;
  /// Positive.
  double t_mul = 2.0;
  double m_mul = 1.0;
  /// The smallest rate, as a fraction of the first.
  double alpha = 0.0;
  std::string name = "SGDRDecay";
};

double learning_rate(const ExponentialDecay& schedule, std::int64_t step);
double learning_rate(const InverseTimeDecay& schedule, std::int64_t step);
double learning_rate(const PolynomialDecay& schedule, std::int64_t step);
double learning_rate(const PiecewiseConstantDecay& schedule, std::int64_t step);
double learning_rate(const CosineDecay& schedule, std::int64_t step);
double learning_rate(const CosineDecayRestarts& schedule, std::int64_t step);
void fields(ExponentialDecay& value, Fields& f);
void fields(InverseTimeDecay& value, Fields& f);
void fields(PolynomialDecay& value, Fields& f);
void fields(PiecewiseConstantDecay& value, Fields& f);
void fields(CosineDecay& value, Fields& f);
void fields(CosineDecayRestarts& value, Fields& f);
/// Throw ArgumentError for steps that are not positive, and for boundaries that don't fit the values.
void validate(const ExponentialDecay& value);
void validate(const InverseTimeDecay& value);
void validate(const PolynomialDecay& value);
void validate(const PiecewiseConstantDecay& value);
void validate(const CosineDecay& value);
void validate(const CosineDecayRestarts& value);

/// Registers a user's schedule under its class name, so that configurations can name it.
void register_schedule(Schedule default_value);

}  // namespace sumi
