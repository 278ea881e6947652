// Adagrad.
#include "sumi/optimizers/adagrad.hpp"

#include "optimizers/arguments.hpp"

namespace sumi {

std::vector<OptimizerSlot> slots(const Adagrad& value) {
  return {{.name = "accumulator", .initial_value = static_cast<float>(value.initial_accumulator_value)}};
}

void update(const Adagrad& value, const UpdateRange& range) {
  backend::UpdateRule rule;
  rule.kind = backend::UpdateRule::Kind::adagrad;
  rule.learning_rate = static_cast<float>(range.learning_rate);
  rule.epsilon = static_cast<float>(value.epsilon);
  optimizers::run(rule, range);
}

void fields(Adagrad& value, Fields& f) {
  optimizers::common_fields(value, f);
  f("initial_accumulator_value", value.initial_accumulator_value);
  f("epsilon", value.epsilon);
}

void validate(const Adagrad& value) {
  optimizers::expect_not_negative("initial_accumulator_value", value.initial_accumulator_value);
  optimizers::expect_not_negative("epsilon", value.epsilon);
}

}  // namespace sumi
