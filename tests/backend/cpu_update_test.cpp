// The optimizers' vector kernels against the reference, step by step.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using Kind = backend::UpdateRule::Kind;

struct State {
  std::vector<float> w;
  std::vector<std::vector<float>> slots;
};

void apply(backend::Backend& backend, const backend::UpdateRule& rule, State& state, const std::vector<float>& gradient,
           int threads) {
  std::vector<float*> slots;
  for (auto& slot : state.slots) slots.push_back(slot.data());
  backend.update(rule, state.w.data(), gradient.data(), slots.data(), state.w.size(), threads);
}

// Starts every step from the same state on both sides, so that errors can't add up and one step's bound holds.
// `inside`: the size of larger numbers that cancel within the step.
void check_rule(const backend::UpdateRule& rule, std::size_t slots, std::int64_t count, double inside = 0) {
  State state{random_values(count, 1), {}};
  // Sums of squares begin above zero, sums of anything else may.
  for (std::size_t i = 0; i < slots; ++i) state.slots.emplace_back(static_cast<std::size_t>(count), 0.1F);
  INFO("rule " << static_cast<int>(rule.kind) << ", " << slots << " slots");
  for (std::uint32_t step = 0; step < 5; ++step) {
    const std::vector<float> gradient = random_values(count, 10 + step);
    State fast = state;
    apply(backend::cpu(), rule, fast, gradient, 2);
    const State before = state;
    apply(backend::reference(), rule, state, gradient, 1);
    const auto close = [&](const std::vector<float>& actual, const std::vector<float>& expected,
                           const std::vector<float>& from) {
      std::vector<double> bound;
      for (std::size_t i = 0; i < actual.size(); ++i) {
        // Each number moves by a handful of rounded operations from where it was.
        const double moved = std::abs(static_cast<double>(expected[i]) - static_cast<double>(from[i]));
        bound.push_back(8 * unit_roundoff *
                        (std::abs(static_cast<double>(from[i])) + moved + std::abs(gradient[i]) + inside));
      }
      check_within(actual, {expected.begin(), expected.end()}, bound);
    };
    close(fast.w, state.w, before.w);
    for (std::size_t i = 0; i < slots; ++i) close(fast.slots[i], state.slots[i], before.slots[i]);
  }
}

TEST_CASE("every optimizer's rule agrees with the reference", "[cpu][update]") {
  for (const std::int64_t count : {1, 15, 16, 1000, 70001}) {
    INFO(count << " weights");
    check_rule({.kind = Kind::sgd, .learning_rate = 0.01F}, 0, count);
    check_rule({.kind = Kind::sgd_momentum, .learning_rate = 0.01F, .momentum = 0.9F}, 1, count);
    check_rule({.kind = Kind::sgd_nesterov, .learning_rate = 0.01F, .momentum = 0.9F}, 1, count);
    const backend::UpdateRule adam{
        .kind = Kind::adam, .learning_rate = 1e-3F, .beta_1 = 0.9F, .beta_2 = 0.999F, .epsilon = 1e-7F};
    check_rule(adam, 2, count);
    backend::UpdateRule amsgrad = adam;
    amsgrad.kind = Kind::adam_amsgrad;
    check_rule(amsgrad, 3, count);
    backend::UpdateRule rmsprop{.kind = Kind::rmsprop, .learning_rate = 1e-3F, .beta_2 = 0.9F, .epsilon = 1e-3F};
    check_rule(rmsprop, 1, count);
    rmsprop.centered = true;
    check_rule(rmsprop, 2, count);
    rmsprop.momentum = 0.5F;
    check_rule(rmsprop, 3, count);
    rmsprop.centered = false;
    check_rule(rmsprop, 2, count);
    backend::UpdateRule nadam = adam;
    nadam.kind = Kind::nadam;
    nadam.mean_weight = 0.75F;
    nadam.gradient_weight = 1.5F;
    check_rule(nadam, 2, count);
    check_rule({.kind = Kind::adamax, .learning_rate = 1e-3F, .beta_1 = 0.9F, .beta_2 = 0.999F, .epsilon = 1e-7F}, 2,
               count);
    check_rule({.kind = Kind::adagrad, .learning_rate = 1e-3F, .epsilon = 1e-7F}, 1, count);
    check_rule({.kind = Kind::adadelta, .learning_rate = 1, .beta_2 = 0.95F, .epsilon = 1e-7F}, 2, count);
    check_rule({.kind = Kind::lion, .learning_rate = 1e-3F, .beta_1 = 0.9F, .beta_2 = 0.99F}, 1, count);
    // Two sums of squares, of five gradients below 1 at most, to the power are divided by the rate.
    for (const float power : {0.5F, 0.2F, 0.0F}) {
      backend::UpdateRule ftrl{.kind = Kind::ftrl, .learning_rate = 0.1F, .power = power};
      check_rule(ftrl, 2, count, std::pow(5.1, power) / 0.1);
      ftrl.l1 = 0.05F;
      ftrl.l2 = 0.5F;
      ftrl.shrinkage = 0.02F;
      check_rule(ftrl, 2, count, std::pow(5.1, power) / 0.1);
    }
  }
}

}  // namespace
}  // namespace sumi::testing
