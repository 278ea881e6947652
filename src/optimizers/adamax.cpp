// Adamax.
#include "sumi/optimizers/adamax.hpp"

#include <cmath>

#include "optimizers/arguments.hpp"

namespace sumi {

std::vector<OptimizerSlot> slots(const Adamax&) { return {{"momentum"}, {"norm"}}; }

void update(const Adamax& value, const UpdateRange& range) {
  backend::UpdateRule rule;
  rule.kind = backend::UpdateRule::Kind::adamax;
  rule.beta_1 = value.beta_1;
  rule.beta_2 = value.beta_2;
  rule.epsilon = static_cast<float>(value.epsilon);
  const auto t = static_cast<double>(range.iteration + 1);
  rule.learning_rate = static_cast<float>(range.learning_rate / (1 - std::pow(value.beta_1, t)));
  optimizers::run(rule, range);
}

void fields(Adamax& value, Fields& f) {
  optimizers::common_fields(value, f);
  f("beta_1", value.beta_1);
  f("beta_2", value.beta_2);
  f("epsilon", value.epsilon);
}

void validate(const Adamax& value) {
  optimizers::expect_kept_part("beta_1", value.beta_1);
  optimizers::expect_kept_part("beta_2", value.beta_2);
  optimizers::expect_not_negative("epsilon", value.epsilon);
}

}  // namespace sumi
