// Lion.
#include "sumi/optimizers/lion.hpp"

#include "core/text.hpp"
#include "optimizers/arguments.hpp"

namespace sumi {

std::vector<OptimizerSlot> slots(const Lion&) { return {{"momentum"}}; }

void update(const Lion& value, const UpdateRange& range) {
  backend::UpdateRule rule;
  rule.kind = backend::UpdateRule::Kind::lion;
  rule.learning_rate = static_cast<float>(range.learning_rate);
  rule.beta_1 = value.beta_1;
  rule.beta_2 = value.beta_2;
  optimizers::run(rule, range);
}

void fields(Lion& value, Fields& f) {
  optimizers::common_fields(value, f);
  f("beta_1", value.beta_1);
  f("beta_2", value.beta_2);
}

void validate(const Lion& value) {
  optimizers::expect_kept_part("beta_2", value.beta_2);
  if (value.beta_1 > 0 && value.beta_1 <= 1) return;
  throw ArgumentError(
      "Argument `beta_1` must be in the [0, 1] range. Otherwise, the optimizer degenerates to SignSGD. Received: "
      "beta_1=" +
      repr(value.beta_1) + ".");
}

}  // namespace sumi
