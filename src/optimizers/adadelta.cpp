// Adadelta.
#include "sumi/optimizers/adadelta.hpp"

#include "optimizers/arguments.hpp"

namespace sumi {

std::vector<OptimizerSlot> slots(const Adadelta&) { return {{"accumulated_grad"}, {"accumulated_delta_var"}}; }

void update(const Adadelta& value, const UpdateRange& range) {
  backend::UpdateRule rule;
  rule.kind = backend::UpdateRule::Kind::adadelta;
  rule.learning_rate = static_cast<float>(range.learning_rate);
  rule.beta_2 = value.rho;
  rule.epsilon = static_cast<float>(value.epsilon);
  optimizers::run(rule, range);
}

void fields(Adadelta& value, Fields& f) {
  optimizers::common_fields(value, f);
  f("rho", value.rho);
  f("epsilon", value.epsilon);
}

void validate(const Adadelta& value) {
  optimizers::expect_kept_part("rho", value.rho);
  optimizers::expect_not_negative("epsilon", value.epsilon);
}

}  // namespace sumi
