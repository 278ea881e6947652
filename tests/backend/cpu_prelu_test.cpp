// PReLU and its gradients against the reference in double, with every way of sharing slopes.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

struct Case {
  Shape x, alpha;
  Layout layout = Layout::plain;
};

// Slopes of channels, of one number, of all places of short and of long samples, and of rows.
std::vector<Case> cases() {
  return {{{1, 1}, {1}},
          {{3, 7}, {7}},
          {{300, 7}, {1}},
          {{130, 37}, {37}},
          {{3, 700}, {700}},
          {{70, 1100}, {1100}},
          {{4, 5, 6, 3}, {1, 1, 3}},
          {{9, 13, 11, 32}, {1, 1, 32}, Layout::blocked16},
          {{9, 13, 11, 32}, {1, 1, 1}, Layout::blocked8},
          {{2, 5, 7, 16}, {5, 7, 16}},
          {{70, 5, 7, 16}, {5, 7, 16}, Layout::blocked16},
          {{1, 5, 7, 24}, {5, 7, 24}, Layout::blocked8},
          {{2, 5, 7, 16}, {5, 1, 16}, Layout::blocked8},
          {{2, 9, 17, 5}, {1, 17, 1}},
          {{3, 4, 5}, {4, 1}},
          {{200, 20, 30}, {1, 30}}};
}

}  // namespace

TEST_CASE("prelu and its gradients agree with the reference", "[cpu][prelu]") {
  std::uint32_t seed = 1;
  for (const Case& c : cases()) {
    INFO(to_string(c.x) << " with slopes " << to_string(c.alpha));
    Operand x = random_operand(c.x, ++seed, c.layout);
    x.values.back() = 0.0F;
    const Operand alpha = random_operand(c.alpha, ++seed);
    const Operand dy = random_operand(c.x, ++seed, c.layout);
    const Operand y = output_operand(c.x, c.layout);
    check_sums(graph::PRelu{}, {x, alpha}, {y}, 1);

    const std::vector<Operand> inputs = {x, alpha, dy};
    const std::vector<Operand> outputs = {y, output_operand(c.alpha)};
    const auto actual = run_fast(graph::PReluBackward{}, inputs, outputs);
    const auto expected = run_exact(graph::PReluBackward{}, inputs, outputs);
    std::vector<double> bounds;
    for (const double value : expected[0]) bounds.push_back(unit_roundoff * std::abs(value));
    check_within(actual[0], expected[0], bounds);
    // Products below 1, of which at most 64 are added up in float.
    const double terms = static_cast<double>(element_count(c.x) / element_count(c.alpha));
    check_within(actual[1], expected[1], std::vector<double>(expected[1].size(), 66 * unit_roundoff * terms));

    CHECK(run_fast(graph::PReluBackward{}, inputs, {y, absent})[0] == actual[0]);
    CHECK(run_fast(graph::PReluBackward{}, inputs, {absent, outputs[1]})[1] == actual[1]);
    CHECK(run_fast(graph::PReluBackward{}, inputs, outputs)[1] == actual[1]);
    CHECK(run_fast(graph::PReluBackward{}, inputs, outputs, 1)[0] == actual[0]);
  }
}

TEST_CASE("prelu keeps what is not a number", "[cpu][prelu]") {
  for (const Shape& shape : {Shape{1, 20}, Shape{1, 600}}) {
    Operand x = random_operand(shape, 1);
    x.values.front() = std::nanf("");
    x.values.back() = std::numeric_limits<float>::infinity();
    const Operand alpha = random_operand({shape[1]}, 2), dy = random_operand(shape, 3);
    const auto y = run_fast(graph::PRelu{}, {x, alpha}, {output_operand(shape)})[0];
    CHECK(std::isnan(y.front()));
    CHECK(y.back() == std::numeric_limits<float>::infinity());
    const auto gradients =
        run_fast(graph::PReluBackward{}, {x, alpha, dy}, {output_operand(shape), output_operand({shape[1]})});
    CHECK(std::isnan(gradients[0].front()));
    CHECK(std::isnan(gradients[1].front()));
    CHECK(gradients[0].back() == dy.values.back());
    CHECK(gradients[1].back() == 0.0F);
  }
}

}  // namespace sumi::testing
