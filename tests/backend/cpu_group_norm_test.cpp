// Group and layer normalisation against the reference in double: rows and images, every layout, any mean.
#include <algorithm>

#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

// Sums are taken in float within 64 rows, or 64 vectors: so many roundings, and a few of the formula's own.
constexpr double tolerance = (64 + 8) * unit_roundoff;

struct Case {
  Shape shape;
  int groups = 1;
  Layout layout = Layout::plain;
};

std::vector<Case> cases() {
  return {{{1, 1}},
          {{5, 3}},
          {{1, 37}},
          {{700, 49}},
          {{150, 256}},
          {{3, 5000}},
          {{70, 60}, 4},
          {{9, 32}, 32},
          {{2, 7, 5, 6}, 3},
          {{1, 9, 17}},
          {{70, 4, 6, 10}, 2},
          {{3, 40, 40, 8}, 8},
          {{5, 13, 11, 32}, 4},
          {{5, 13, 11, 32}, 4, Layout::blocked16},
          {{3, 7, 5, 48}, 2, Layout::blocked16},
          {{3, 7, 5, 24}, 2, Layout::blocked8},
          {{2, 1, 1, 16}, 2, Layout::blocked8}};
}

std::vector<double> all(const std::vector<float>& values, double bound) {
  return std::vector<double>(values.size(), bound);
}

Operand values_around(const Case& c, float mean, std::uint32_t seed) {
  return random_operand(c.shape, seed, c.layout, mean - 2, mean + 2);
}

// 1 / sqrt(1e-3) at most, where a group has one number; more than 1 elsewhere.
double largest(const std::vector<double>& inv_std) { return *std::max_element(inv_std.begin(), inv_std.end()); }

void check_forward(const Case& c, float mean, bool with_parameters, std::uint32_t seed) {
  const Operand x = values_around(c, mean, seed);
  const Operand gamma = with_parameters ? random_operand({c.shape.back()}, seed + 1) : absent;
  const Operand beta = with_parameters ? random_operand({c.shape.back()}, seed + 2) : absent;
  const Operand moments = output_operand({c.shape[0], c.groups});
  const graph::GroupNorm op{c.groups};
  const std::vector<Operand> outputs = {output_operand(c.shape, c.layout), moments, moments};
  const auto actual = run_fast(op, {x, gamma, beta}, outputs);
  const auto expected = run_exact(op, {x, gamma, beta}, outputs);
  // Deviations are at most 4; the mean is rounded once.
  const double inv_std = largest(expected[2]);
  check_within(actual[0], expected[0],
               all(actual[0], tolerance * (1 + 4 * inv_std + 64 * inv_std * inv_std * inv_std)));
  check_within(actual[1], expected[1], all(actual[1], tolerance * 4 + unit_roundoff * std::abs(double(mean) + 4)));
  std::vector<double> bounds;
  for (const double value : expected[2]) bounds.push_back(value * tolerance * (1 + 16 * inv_std * inv_std));
  check_within(actual[2], expected[2], bounds);
}

void check_backward(const Case& c, bool with_gamma, std::uint32_t seed) {
  const Operand x = values_around(c, 3, seed);
  const Operand gamma = with_gamma ? random_operand({c.shape.back()}, seed + 1) : absent;
  Operand mean = output_operand({c.shape[0], c.groups}), inv_std = mean;
  const auto saved = run_exact(graph::GroupNorm{c.groups}, {x, absent, absent}, {x, mean, inv_std});
  for (std::size_t i = 0; i < mean.values.size(); ++i) {
    mean.values[i] = static_cast<float>(saved[1][i]);
    inv_std.values[i] = static_cast<float>(saved[2][i]);
  }
  const std::vector<Operand> inputs = {x, gamma, mean, inv_std, random_operand(c.shape, seed + 2, c.layout)};
  const Operand dgamma = with_gamma ? output_operand({c.shape.back()}) : absent;
  const std::vector<Operand> outputs = {output_operand(c.shape, c.layout), dgamma, output_operand({c.shape.back()})};
  const graph::GroupNormBackward op{c.groups};
  const auto actual = run_fast(op, inputs, outputs);
  const auto expected = run_exact(op, inputs, outputs);
  const double scale = largest(saved[2]), unit = 4 * scale;
  const double elements = static_cast<double>(element_count(c.shape) / c.shape.back());
  check_within(actual[0], expected[0], all(actual[0], tolerance * scale * (2 + unit * unit)));
  check_within(actual[1], expected[1], all(actual[1], tolerance * elements * unit));
  check_within(actual[2], expected[2], all(actual[2], tolerance * elements));

  CHECK(run_fast(op, inputs, outputs) == actual);
  CHECK(run_fast(op, inputs, outputs, 1)[0] == actual[0]);
  CHECK(run_fast(op, inputs, {absent, absent, outputs[2]})[2] == actual[2]);
  CHECK(run_fast(op, inputs, {outputs[0], absent, absent})[0] == actual[0]);
}

}  // namespace

TEST_CASE("group normalisation and its gradients agree with the reference", "[cpu][group_norm]") {
  std::uint32_t seed = 1;
  for (const Case& c : cases()) {
    for (const bool with_parameters : {true, false}) {
      INFO(to_string(c.shape) << " in " << c.groups << " groups, parameters " << with_parameters);
      check_forward(c, 0, with_parameters, seed += 10);
      check_backward(c, with_parameters, seed += 10);
    }
  }
}

TEST_CASE("group normalisation keeps its precision where the mean is 1000 deviations", "[cpu][group_norm]") {
  std::uint32_t seed = 1000;
  for (const Case& c : cases()) {
    INFO(to_string(c.shape) << " in " << c.groups << " groups");
    check_forward(c, 1000, true, seed += 10);
    check_forward(c, -1000, false, seed += 10);
  }
}

TEST_CASE("what is no number stays in its group", "[cpu][group_norm]") {
  for (const Shape& shape : {Shape{2, 32}, Shape{2, 3, 3, 32}}) {
    Operand x = random_operand(shape, 1);
    x.values.front() = std::nanf("");
    const Operand moments = output_operand({2, 2});
    const auto out = run_fast(graph::GroupNorm{2}, {x, absent, absent}, {output_operand(shape), moments, moments});
    CHECK(std::isnan(out[1][0]));
    CHECK(std::isnan(out[2][0]));
    for (std::size_t i = 1; i < 4; ++i) CHECK(std::isfinite(out[2][i]));
    for (std::size_t i = 0; i < out[0].size(); ++i) {
      const bool first_group = i < out[0].size() / 2 && i % 32 < 16;
      if (std::isnan(out[0][i]) != first_group) FAIL("element " << i << ": " << out[0][i]);
    }
  }
}

}  // namespace sumi::testing
