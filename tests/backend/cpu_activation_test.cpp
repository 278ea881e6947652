// Element-wise functions beside the ReLU family, and their gradients, against the reference in double.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

struct Member {
  ActivationKind kind;
  ActivationArguments arguments = {};
  double exponent = 0;  // e^(exponent * x^power) takes over its argument's rounding
  int power = 1;
  bool cancels = false;  // its derivative is a sum of terms around 1 that may cancel each other
};

std::vector<Member> members() {
  return {
      {ActivationKind::linear},
      {ActivationKind::elu, {.alpha = 1.5}},
      {ActivationKind::selu},
      {ActivationKind::celu, {.alpha = 0.75}, 1.5},
      {ActivationKind::celu, {.alpha = -2.5}, 1},
      {ActivationKind::gelu, {}, 1, 2, true},
      {ActivationKind::gelu_tanh, {}, 0.3, 3, true},
      {ActivationKind::silu, {}, 0, 1, true},
      {ActivationKind::sigmoid},
      {ActivationKind::tanh},
      {ActivationKind::exponential},
      {ActivationKind::softplus},
      {ActivationKind::softsign},
      {ActivationKind::hard_sigmoid, {}, 0, 1, true},
      {ActivationKind::hard_silu, {}, 0, 1, true},
      {ActivationKind::hard_tanh},
      {ActivationKind::mish, {}, 0, 1, true},
      {ActivationKind::log_sigmoid},
      {ActivationKind::squareplus, {.alpha = 4.0}},
      {ActivationKind::soft_shrink, {.threshold = 0.5}},
      {ActivationKind::hard_shrink, {.threshold = 0.5}},
      {ActivationKind::tanh_shrink},
      {ActivationKind::threshold, {.threshold = 0.25, .default_value = -7.0}},
      {ActivationKind::sparse_plus},
      {ActivationKind::sparse_sigmoid},
  };
}

// Ten rounded operations or so, and what the function's argument adds.
double units(const Member& member, double x) {
  return (12 + member.exponent * std::pow(std::min(std::abs(x), 100.0), member.power)) * unit_roundoff;
}

// What is below e^-87.3, near the smallest normal number, may become 0.
constexpr double smallest = 2e-38;

// What the reference loses where it subtracts: in x - tanh x, x + sqrt(x^2 + b) and x (1 + tanh u).
double cancelled(const Member& member, double x) {
  const bool subtracts = member.kind == ActivationKind::tanh_shrink || member.kind == ActivationKind::squareplus ||
                         member.kind == ActivationKind::gelu_tanh;
  return subtracts ? std::numeric_limits<double>::epsilon() * (1 + std::abs(x)) : 0.0;
}

void check_forward(const Member& member, const Operand& x) {
  const graph::Activate op{member.kind, member.arguments};
  const Operand y = output_operand(x.shape, x.layout);
  const auto expected = run_exact(op, {x}, {y});
  std::vector<double> bounds;
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const double at = static_cast<double>(x.values[i]);
    // The gates of hard_sigmoid and hard_silu begin with a sum x + 3.
    const double sum = member.kind == ActivationKind::hard_sigmoid ? 1.0
                       : member.kind == ActivationKind::hard_silu  ? std::abs(at)
                                                                   : 0.0;
    bounds.push_back(units(member, at) * std::abs(expected[0][i]) + 2 * unit_roundoff * sum +
                     smallest * (1 + std::abs(at)) + cancelled(member, at));
  }
  check_within(run_fast(op, {x}, {y})[0], expected[0], bounds);
}

void check_backward(const Member& member, Operand x, const Operand& dy) {
  if (graph::reads_output(member.kind, member.arguments)) {
    x.values = reordered(run_fast(graph::Activate{member.kind, member.arguments}, {x}, {x})[0], x.shape, x.layout,
                         Layout::plain);
  }
  const graph::ActivateBackward op{member.kind, member.arguments};
  const Operand dx = output_operand(x.shape, x.layout);
  const auto expected = run_exact(op, {x, dy}, {dx});
  std::vector<double> bounds;
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const double at = static_cast<double>(x.values[i]), scale = std::abs(static_cast<double>(dy.values[i]));
    const double size = std::abs(expected[0][i]) + (member.cancels ? scale : 0.0);
    bounds.push_back(units(member, at) * size + smallest * (1 + std::abs(at)));
  }
  check_within(run_fast(op, {x, dy}, {dx})[0], expected[0], bounds);
}

// Images whose size leaves remainders, each in the layouts that it can have; the last one is worth two threads.
std::vector<std::pair<Shape, Layout>> images() {
  return {{{1}, Layout::plain},
          {{3, 5, 7, 3}, Layout::plain},
          {{2, 3, 5, 16}, Layout::blocked16},
          {{2, 3, 5, 24}, Layout::blocked8},
          {{1, 37}, Layout::plain},
          {{7, 31, 29, 3}, Layout::plain}};
}

}  // namespace

TEST_CASE("activations and their gradients agree with the reference", "[cpu][activation]") {
  std::uint32_t seed = 1;
  for (const Member& member : members()) {
    for (const auto& [shape, layout] : images()) {
      for (const float size : {0.125F, 1.5F, 12.0F}) {
        INFO(ActivationFunction(member.kind, member.arguments).text()
             << ", " << to_string(shape) << ", up to " << size);
        const Operand x = random_operand(shape, ++seed, layout, -size, size);
        check_forward(member, x);
        check_backward(member, x, random_operand(shape, ++seed, layout));
      }
    }
  }
}

TEST_CASE("activations take any float", "[cpu][activation]") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float most = std::numeric_limits<float>::max();
  std::vector<float> values = {0.0F, std::numeric_limits<float>::quiet_NaN()};
  for (const float size :
       {1e-38F, 1e-30F, 1e-6F, 20.0F, 50.0F, 86.0F, 88.5F, 100.0F, 1e10F, 1e18F, 1e20F, most, infinity}) {
    values.insert(values.end(), {size, -size});
  }
  const Shape shape = {static_cast<std::int64_t>(values.size())};
  const Operand x{shape, values};
  const Operand ones{shape, std::vector<float>(values.size(), 1.0F)};
  for (const Member& member : members()) {
    INFO(ActivationFunction(member.kind, member.arguments).text());
    const auto compare = [&](const graph::Attributes& op, const std::vector<Operand>& inputs) {
      const auto actual = run_fast(op, inputs, {output_operand(shape)})[0];
      const auto expected = run_exact(op, inputs, {output_operand(shape)})[0];
      for (std::size_t i = 0; i < actual.size(); ++i) {
        const auto rounded = static_cast<float>(expected[i]);
        const float given = inputs[0].values[i];
        const double at = std::isnan(given) ? 0.0 : static_cast<double>(given);
        INFO(name_of(op) << " of " << given << ": " << actual[i] << ", expected " << rounded);
        if (member.kind == ActivationKind::squareplus && given == -infinity) {
          CHECK(actual[i] == 0.0F);  // the limit
        } else if (!std::isfinite(rounded)) {
          CHECK(std::isnan(actual[i]) == std::isnan(rounded));
          if (!std::isnan(rounded)) CHECK(actual[i] == rounded);
        } else {
          const double bound = units(member, at) * std::abs(expected[i]) + smallest * (1 + std::abs(at));
          CHECK(std::abs(static_cast<double>(actual[i]) - expected[i]) <= bound + cancelled(member, at));
        }
      }
    };
    compare(graph::Activate{member.kind, member.arguments}, {x});
    compare(graph::ActivateBackward{member.kind, member.arguments}, {x, ones});
  }
}

TEST_CASE("an activation is the same for any number of threads", "[cpu][activation]") {
  const Shape shape = {3, 5000};
  const Operand x = random_operand(shape, 1, Layout::plain, -5, 5), dy = random_operand(shape, 2);
  for (const Member& member : members()) {
    const graph::Activate forward{member.kind, member.arguments};
    const graph::ActivateBackward backward{member.kind, member.arguments};
    INFO(ActivationFunction(member.kind, member.arguments).text());
    const bool same = run_fast(forward, {x}, {x}, 1) == run_fast(forward, {x}, {x}, 2);
    const bool same_gradient = run_fast(backward, {x, dy}, {x}, 1) == run_fast(backward, {x, dy}, {x}, 2);
    CHECK(same);
    CHECK(same_gradient);
  }
}

}  // namespace sumi::testing
