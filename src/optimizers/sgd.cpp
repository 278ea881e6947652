// Gradient descent, with momentum and Nesterov's momentum.
#include "sumi/optimizers/sgd.hpp"

#include "core/text.hpp"
#include "optimizers/arguments.hpp"

namespace sumi {

std::vector<OptimizerSlot> slots(const SGD& value) {
  if (value.momentum == 0) return {};
  return {{"momentum"}};
}

void update(const SGD& value, const UpdateRange& range) {
  using Kind = backend::UpdateRule::Kind;
  backend::UpdateRule rule;
  rule.kind = value.momentum == 0 ? Kind::sgd : value.nesterov ? Kind::sgd_nesterov : Kind::sgd_momentum;
  rule.learning_rate = static_cast<float>(range.learning_rate);
  rule.momentum = static_cast<float>(value.momentum);
  optimizers::run(rule, range);
}

void fields(SGD& value, Fields& f) {
  optimizers::common_fields(value, f);
  f("momentum", value.momentum);
  f("nesterov", value.nesterov);
}

void validate(const SGD& value) {
  if (value.momentum >= 0 && value.momentum <= 1) return;
  throw ArgumentError("`momentum` must be a float between [0, 1]. Received: momentum=" + repr(value.momentum));
}

}  // namespace sumi
