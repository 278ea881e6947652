// Adam, with and without amsgrad, and AdamW.
#include "sumi/optimizers/adam.hpp"

#include <cmath>

#include "optimizers/arguments.hpp"
#include "sumi/optimizers/adamw.hpp"

namespace sumi {
namespace {

template <class T>
std::vector<OptimizerSlot> adam_slots(const T& value) {
  std::vector<OptimizerSlot> slots = {{"momentum"}, {"velocity"}};
  if (value.amsgrad) slots.push_back({.name = "velocity_hat", .group = 1});
  return slots;
}

template <class T>
void adam_update(const T& value, const UpdateRange& range) {
  backend::UpdateRule rule;
  rule.kind = value.amsgrad ? backend::UpdateRule::Kind::adam_amsgrad : backend::UpdateRule::Kind::adam;
  rule.beta_1 = value.beta_1;
  rule.beta_2 = value.beta_2;
  rule.epsilon = static_cast<float>(value.epsilon);
  // The bias correction takes the betas as the rule has them: 1 - 0.999 in double and in float differ by 1e-5.
  const auto t = static_cast<double>(range.iteration + 1);
  rule.learning_rate = static_cast<float>(range.learning_rate * std::sqrt(1 - std::pow(rule.beta_2, t)) /
                                          (1 - std::pow(rule.beta_1, t)));
  optimizers::run(rule, range);
}

template <class T>
void adam_fields(T& value, Fields& f) {
  optimizers::common_fields(value, f);
  f("beta_1", value.beta_1);
  f("beta_2", value.beta_2);
  f("epsilon", value.epsilon);
  f("amsgrad", value.amsgrad);
}

template <class T>
void adam_validate(const T& value) {
  optimizers::expect_kept_part("beta_1", value.beta_1);
  optimizers::expect_kept_part("beta_2", value.beta_2);
  optimizers::expect_not_negative("epsilon", value.epsilon);
}

}  // namespace

std::vector<OptimizerSlot> slots(const Adam& value) { return adam_slots(value); }
std::vector<OptimizerSlot> slots(const AdamW& value) { return adam_slots(value); }
void update(const Adam& value, const UpdateRange& range) { adam_update(value, range); }
void update(const AdamW& value, const UpdateRange& range) { adam_update(value, range); }
void fields(Adam& value, Fields& f) { adam_fields(value, f); }
void fields(AdamW& value, Fields& f) { adam_fields(value, f); }

void validate(const Adam& value) { adam_validate(value); }
void validate(const AdamW& value) {
  adam_validate(value);
  if (value.weight_decay) return;
  throw ArgumentError("Argument `weight_decay` must be a float. Received: weight_decay=None");
}

}  // namespace sumi
