// RMSprop, with momentum and with centered second moments.
#include "sumi/optimizers/rmsprop.hpp"

#include "optimizers/arguments.hpp"

namespace sumi {

std::vector<OptimizerSlot> slots(const RMSprop& value) {
  std::vector<OptimizerSlot> slots = {{"velocity"}};
  if (value.momentum > 0) slots.push_back({.name = "momentum", .group = 1});
  if (value.centered) slots.push_back({.name = "average_gradient", .group = 2});
  return slots;
}

void update(const RMSprop& value, const UpdateRange& range) {
  backend::UpdateRule rule;
  rule.kind = backend::UpdateRule::Kind::rmsprop;
  rule.learning_rate = static_cast<float>(range.learning_rate);
  rule.momentum = value.momentum > 0 ? static_cast<float>(value.momentum) : 0.0F;
  rule.beta_2 = value.rho;
  rule.epsilon = static_cast<float>(value.epsilon);
  rule.centered = value.centered;
  optimizers::run(rule, range);
}

void fields(RMSprop& value, Fields& f) {
  optimizers::common_fields(value, f);
  f("rho", value.rho);
  f("momentum", value.momentum);
  f("epsilon", value.epsilon);
  f("centered", value.centered);
}

void validate(const RMSprop& value) {
  optimizers::expect_kept_part("rho", value.rho);
  optimizers::expect_not_negative("momentum", value.momentum);
  optimizers::expect_not_negative("epsilon", value.epsilon);
}

}  // namespace sumi
