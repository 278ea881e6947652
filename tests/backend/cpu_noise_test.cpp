// Dropout and noise against the reference, in every layout and for one thread and two.
#include "backend/cpu_run.hpp"
#include "backend/reference_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

std::vector<std::pair<Shape, Layout>> operands() {
  return {{{1}, Layout::plain},
          {{37}, Layout::plain},
          {{3, 5, 7, 3}, Layout::plain},
          {{2, 3, 5, 48}, Layout::blocked16},
          {{9, 31, 11, 32}, Layout::blocked16},
          {{7, 31, 29, 24}, Layout::blocked8},
          {{41, 1001}, Layout::plain}};
}

// Whether a kernel takes it: vectors must not be wider than blocks.
bool taken(const graph::Attributes& attributes, const Operand& x) {
  std::vector<std::string> refusals;
  const auto kernel =
      backend::cpu().select(case_of(attributes, {x}, {output_operand(x.shape, x.layout)}, 2), &refusals);
  if (kernel) return kernel->name() != "reference";
  return false;
}

// What the fast kernel makes of x in training step 0, in plain order.
std::vector<float> fast(const graph::Attributes& attributes, const Operand& x, int threads) {
  return run_fast(attributes, {x}, {output_operand(x.shape, x.layout)}, threads)[0];
}

TEST_CASE("dropout has the bits of the reference", "[cpu][noise]") {
  std::uint32_t seed = 1;
  int blocked = 0;
  for (const auto& [shape, layout] : operands()) {
    for (const double rate : {0.0, 0.3, 0.5, 1.0}) {
      INFO(to_string(shape) << " at rate " << rate);
      const Operand x = random_operand(shape, ++seed, layout);
      for (const float dropped : {0.0F, -1.758F}) {
        const graph::Dropout op{rate, shape, 0x123456789abcdefULL + seed, rate < 1 ? 1 / (1 - rate) : 1.0, dropped};
        if (!taken(op, x)) continue;
        blocked += layout != Layout::plain ? 1 : 0;
        const std::vector<float> expected = run_op<float>(op, {{shape, x.values}}, {shape})[0];
        CHECK(fast(op, x, 1) == expected);
        CHECK(fast(op, x, 2) == expected);
      }
    }
  }
  CHECK(blocked >= 16);
}

TEST_CASE("dropout with a shared mask has the bits of the reference", "[cpu][noise]") {
  struct Case {
    Shape shape, noise;
    Layout layout = Layout::plain;
  };
  const Case cases[] = {
      {{4, 7, 5, 3}, {4, 1, 1, 3}},
      {{19, 13, 11, 32}, {19, 1, 1, 32}},
      {{19, 13, 11, 32}, {19, 1, 1, 32}, Layout::blocked16},
      {{19, 13, 11, 24}, {19, 1, 1, 24}, Layout::blocked8},
      {{4, 3, 7, 5}, {4, 3, 1, 1}},
      {{50, 40, 30}, {50, 1, 30}},
      {{50, 40, 30}, {1, 40, 30}},
      {{50, 40, 1}, {1, 1, 1}},
      {{1, 6, 1, 3}, {1, 1, 1, 3}},
  };
  std::uint32_t seed = 1;
  for (const Case& c : cases) {
    INFO(to_string(c.noise) << " for " << to_string(c.shape));
    const Operand x = random_operand(c.shape, ++seed, c.layout);
    const graph::Dropout op{0.4, c.noise, seed, 1 / 0.6, 0.25};
    const std::vector<float> expected = run_op<float>(op, {{c.shape, x.values}}, {c.shape})[0];
    CHECK(fast(op, x, 1) == expected);
    CHECK(fast(op, x, 2) == expected);
  }
  // What is shared must be neighbours.
  CHECK_FALSE(taken(graph::Dropout{0.4, {1, 40, 1}, 1}, random_operand({50, 40, 30}, 1)));
}

TEST_CASE("noise agrees with the reference, and with itself for any number of threads", "[cpu][noise]") {
  std::uint32_t seed = 1;
  for (const auto& [shape, layout] : operands()) {
    for (const bool multiplies : {false, true}) {
      INFO(to_string(shape) << (multiplies ? " times" : " plus"));
      const Operand x = random_operand(shape, ++seed, layout);
      const graph::GaussianNoise op{0.3, multiplies, 0xfedcba987654321ULL + seed};
      if (!taken(op, x)) continue;
      const std::vector<float> actual = fast(op, x, 2);
      CHECK(fast(op, x, 1) == actual);
      const std::vector<double> expected =
          run_op<double>(op, {{shape, {x.values.begin(), x.values.end()}}}, {shape})[0];
      // The radius sqrt(-2 ln u) with u >= 2^-24 is below 5.77: 7 / 2 units of rounding from the logarithm, one from
      // the root. Times 4 units from the direction, one each from the product, the deviation and its product. Then one
      // or two for the result.
      const double noise = 0.3 * 5.77;
      std::vector<double> bound;
      for (const float v : x.values) {
        const double factor = multiplies ? std::abs(v) : 1.0;
        bound.push_back(unit_roundoff * (factor * noise * (3.5 + 1 + 4 + 3) + 2 * (std::abs(v) + factor * noise)));
      }
      check_within(actual, expected, bound);
    }
  }
}

TEST_CASE("the tails of the noise are those of the normal distribution", "[cpu][noise]") {
  constexpr std::int64_t count = 1 << 20;
  const Operand x{{count}, std::vector<float>(count, 0.0F)};
  const std::vector<float> z = fast(graph::GaussianNoise{1.0, false, 5}, x, 2);
  // Parts outside of 1, 2, 3 and 4 deviations, each within five deviations of such a count.
  const double parts[] = {0.317311, 0.0455003, 0.0026998, 6.3342e-5};
  for (int k = 1; k <= 4; ++k) {
    double outside = 0;
    for (const float v : z) outside += std::abs(v) > static_cast<float>(k) ? 1 : 0;
    const double expected = parts[k - 1] * count;
    CHECK(std::abs(outside - expected) <= 5 * std::sqrt(expected));
  }
}

}  // namespace
}  // namespace sumi::testing
