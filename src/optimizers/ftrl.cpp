// Follow the regularized leader.
#include "sumi/optimizers/ftrl.hpp"

#include "core/text.hpp"
#include "optimizers/arguments.hpp"

namespace sumi {

std::vector<OptimizerSlot> slots(const Ftrl& value) {
  return {{.name = "accumulator", .initial_value = static_cast<float>(value.initial_accumulator_value)},
          {.name = "linear"}};
}

void update(const Ftrl& value, const UpdateRange& range) {
  backend::UpdateRule rule;
  rule.kind = backend::UpdateRule::Kind::ftrl;
  rule.learning_rate = static_cast<float>(range.learning_rate);
  rule.power = static_cast<float>(-value.learning_rate_power);
  rule.l1 = static_cast<float>(value.l1_regularization_strength);
  rule.l2 = static_cast<float>(2 * value.l2_regularization_strength + value.beta / range.learning_rate);
  rule.shrinkage = static_cast<float>(2 * value.l2_shrinkage_regularization_strength);
  optimizers::run(rule, range);
}

void fields(Ftrl& value, Fields& f) {
  optimizers::common_fields(value, f);
  f("learning_rate_power", value.learning_rate_power);
  f("initial_accumulator_value", value.initial_accumulator_value);
  f("l1_regularization_strength", value.l1_regularization_strength);
  f("l2_regularization_strength", value.l2_regularization_strength);
  f("l2_shrinkage_regularization_strength", value.l2_shrinkage_regularization_strength);
  f("beta", value.beta);
}

void validate(const Ftrl& value) {
  const auto require = [](bool holds, const char* name, const char* needed, double received) {
    if (holds) return;
    throw ArgumentError("`" + std::string(name) + "` needs to be " + needed + " or zero. Received: " + name + "=" +
                        repr(received) + ".");
  };
  require(value.initial_accumulator_value >= 0, "initial_accumulator_value", "positive",
          value.initial_accumulator_value);
  require(value.learning_rate_power <= 0, "learning_rate_power", "negative", value.learning_rate_power);
  require(value.l1_regularization_strength >= 0, "l1_regularization_strength", "positive",
          value.l1_regularization_strength);
  require(value.l2_regularization_strength >= 0, "l2_regularization_strength", "positive",
          value.l2_regularization_strength);
  require(value.l2_shrinkage_regularization_strength >= 0, "l2_shrinkage_regularization_strength", "positive",
          value.l2_shrinkage_regularization_strength);
}

}  // namespace sumi
