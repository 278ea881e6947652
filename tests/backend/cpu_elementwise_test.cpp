// Our own flat kernels against the reference, in every layout.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

// Images whose size leaves remainders, each in the layouts that it can have; the last one is worth two threads.
std::vector<std::pair<Shape, Layout>> images() {
  return {{{1, 1, 1, 1}, Layout::plain},
          {{3, 5, 7, 3}, Layout::plain},
          {{2, 3, 5, 16}, Layout::blocked16},
          {{2, 3, 5, 24}, Layout::blocked8},
          {{9, 13, 11, 32}, Layout::plain},
          {{9, 13, 11, 32}, Layout::blocked16},
          {{37}, Layout::plain},
          {{7, 31, 29, 8}, Layout::blocked8}};
}

// One rounded operation for each of `operations`, on numbers of the size of the expected one.
void check_elements(const graph::Attributes& attributes, const std::vector<Operand>& inputs, const Operand& output,
                    double operations) {
  const auto actual = run_fast(attributes, inputs, {output});
  const auto expected = run_exact(attributes, inputs, {output});
  std::vector<double> bound;
  for (const double e : expected[0]) bound.push_back(operations * unit_roundoff * std::abs(e));
  check_within(actual[0], expected[0], bound);
}

struct Member {
  ActivationKind kind;
  ActivationArguments arguments;
};

TEST_CASE("the ReLU family and its gradients agree with the reference", "[cpu][elementwise]") {
  const std::vector<Member> family = {
      {ActivationKind::relu, {}},
      {ActivationKind::relu, {.max_value = 0.5}},
      {ActivationKind::relu, {.negative_slope = 0.25}},
      {ActivationKind::relu, {.threshold = 0.25}},
      {ActivationKind::relu, {.negative_slope = 0.125, .max_value = 0.75, .threshold = -0.5}},
      {ActivationKind::relu6, {}},
      {ActivationKind::leaky_relu, {.negative_slope = 0.3}},
  };
  std::uint32_t seed = 1;
  for (const Member& member : family) {
    for (const auto& [shape, layout] : images()) {
      INFO("kind " << static_cast<int>(member.kind) << ", " << to_string(shape));
      Operand x = random_operand(shape, ++seed, layout, -8, 8);
      // The corners, where they are.
      x.values.front() = static_cast<float>(member.arguments.threshold);
      x.values.back() = static_cast<float>(member.arguments.max_value.value_or(6.0));
      // x - threshold, its product with a slope that is no float, and the result
      check_elements(graph::Activate{member.kind, member.arguments}, {x}, output_operand(shape, layout), 3 + 8 / 0.25);
      check_elements(graph::ActivateBackward{member.kind, member.arguments}, {x, random_operand(shape, ++seed, layout)},
                     output_operand(shape, layout), 3);
    }
  }
}

TEST_CASE("relu keeps what is not a number and clips infinity", "[cpu][elementwise]") {
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> values(40, -infinity);
  values[3] = values[38] = std::nanf("");
  values[5] = values[39] = infinity;
  const Operand x{{40}, values, Layout::plain};
  const auto y = run_fast(graph::Activate{ActivationKind::relu, {}}, {x}, {output_operand({40})});
  const auto limited = run_fast(graph::Activate{ActivationKind::relu, {.max_value = 2.0}}, {x}, {output_operand({40})});
  const auto moved = run_fast(graph::Activate{ActivationKind::relu, {.threshold = 1.0}}, {x}, {output_operand({40})});
  for (const std::size_t i : {3U, 38U}) {
    CHECK(std::isnan(y[0][i]));
    CHECK(std::isnan(limited[0][i]));
    CHECK(std::isnan(moved[0][i]));
  }
  for (const std::size_t i : {5U, 39U}) {
    CHECK(y[0][i] == infinity);
    CHECK(limited[0][i] == 2.0F);
  }
  CHECK(y[0][0] == 0.0F);
  CHECK(moved[0][0] == 0.0F);
}

TEST_CASE("sums and products agree with the reference", "[cpu][elementwise]") {
  std::uint32_t seed = 100;
  for (const auto& [shape, layout] : images()) {
    const std::vector<Operand> operands = {random_operand(shape, ++seed, layout), random_operand(shape, ++seed, layout),
                                           random_operand(shape, ++seed, layout)};
    check_sums(graph::Add{}, operands, {output_operand(shape, layout)}, 3);
    check_sums(graph::Add{}, {operands[0], operands[1]}, {output_operand(shape, layout)}, 2);
    check_sums(graph::Multiply{}, {operands[0], operands[1]}, {output_operand(shape, layout)}, 1);
  }
}

TEST_CASE("an element-wise op refuses operands whose layouts differ", "[cpu][elementwise]") {
  const Shape shape = {2, 3, 5, 16};
  for (const graph::Attributes& attributes :
       {graph::Attributes(graph::Activate{ActivationKind::relu, {}}), graph::Attributes(graph::Add{}),
        graph::Attributes(graph::Multiply{}), graph::Attributes(graph::ActivateBackward{ActivationKind::relu, {}})}) {
    const backend::OpCase mixed{attributes, {{shape, Layout::blocked16}, {shape}}, {{shape, Layout::blocked16}}, 1};
    CHECK_FALSE(backend::cpu().supports(mixed));
  }
}

}  // namespace
}  // namespace sumi::testing
