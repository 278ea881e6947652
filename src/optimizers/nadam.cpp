// Nadam.
#include "sumi/optimizers/nadam.hpp"

#include <cmath>

#include "optimizers/arguments.hpp"

namespace sumi {
namespace {

double momentum(const Nadam& value, std::int64_t t) {
  return value.beta_1 * (1 - 0.5 * std::pow(0.96, static_cast<double>(t)));
}

}  // namespace

std::vector<OptimizerSlot> slots(const Nadam&) {
  return {{"momentum"}, {"velocity"}, {.name = "variable", .initial_value = 1.0F, .group = 1, .scalar = true}};
}

void advance(const Nadam& value, std::int64_t iteration, std::span<float* const> slots) {
  *slots[2] *= static_cast<float>(momentum(value, iteration + 1));
}

void update(const Nadam& value, const UpdateRange& range) {
  const std::int64_t t = range.iteration + 1;
  const double product = *range.slots[2], next = momentum(value, t + 1);
  backend::UpdateRule rule;
  rule.kind = backend::UpdateRule::Kind::nadam;
  rule.beta_1 = value.beta_1;
  // As Keras has it here, unlike in Adam: a float.
  rule.beta_2 = static_cast<float>(value.beta_2);
  rule.mean_weight = static_cast<float>(next / (1 - product * next));
  rule.gradient_weight = static_cast<float>((1 - momentum(value, t)) / (1 - product));
  // n / (sqrt(v / c) + epsilon) = sqrt(c) n / (sqrt(v) + sqrt(c) epsilon)
  const double correction = std::sqrt(1 - std::pow(rule.beta_2, static_cast<double>(t)));
  rule.learning_rate = static_cast<float>(range.learning_rate * correction);
  rule.epsilon = static_cast<float>(value.epsilon * correction);
  optimizers::run(rule, range);
}

void fields(Nadam& value, Fields& f) {
  optimizers::common_fields(value, f);
  f("beta_1", value.beta_1);
  f("beta_2", value.beta_2);
  f("epsilon", value.epsilon);
}

void validate(const Nadam& value) {
  optimizers::expect_kept_part("beta_1", value.beta_1);
  optimizers::expect_kept_part("beta_2", value.beta_2);
  optimizers::expect_not_negative("epsilon", value.epsilon);
}

}  // namespace sumi
