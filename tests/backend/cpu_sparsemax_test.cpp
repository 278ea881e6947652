// Sparsemax and the gated linear unit, and their gradients, against the reference in double.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {{250, 10}, {3, 2}, {2, 5, 34}, {1, 16}, {2000, 50}, {2, 3000}};
  return all;
}

std::vector<double> all(const std::vector<float>& values, double bound) {
  return std::vector<double>(values.size(), bound);
}

}  // namespace

TEST_CASE("sparsemax and its gradient agree with the reference", "[cpu][sparsemax]") {
  std::uint32_t seed = 1;
  for (const Shape& shape : shapes()) {
    for (const float size : {0.01F, 1.0F, 50.0F}) {
      INFO(to_string(shape) << ", up to " << size);
      const Operand x = random_operand(shape, ++seed, graph::Layout::plain, -size, size);
      const Operand y = output_operand(shape);
      const auto actual = run_fast(graph::Sparsemax{}, {x}, {y})[0];
      // Numbers up to 1 less than the largest, whose difference from that is rounded, and the mean of those.
      check_within(actual, run_exact(graph::Sparsemax{}, {x}, {y})[0],
                   all(actual, (2 * 64 + 2 * double(size)) * unit_roundoff));

      const std::vector<Operand> inputs = {{shape, actual}, random_operand(shape, ++seed)};
      const auto dx = run_fast(graph::SparsemaxBackward{}, inputs, {y})[0];
      check_within(dx, run_exact(graph::SparsemaxBackward{}, inputs, {y})[0], all(dx, 66 * unit_roundoff));
      CHECK(run_fast(graph::Sparsemax{}, {x}, {y}, 1)[0] == actual);
      CHECK(run_fast(graph::SparsemaxBackward{}, inputs, {y}, 1)[0] == dx);
    }
  }
}

TEST_CASE("sparsemax of equal numbers shares, one far above takes all", "[cpu][sparsemax]") {
  const Operand equal{{1, 5}, std::vector<float>(5, -3.0F)};
  const auto shares = run_fast(graph::Sparsemax{}, {equal}, {output_operand({1, 5})})[0];
  for (const float value : shares) CHECK(value == 0.2F);
  const Operand above{{1, 4}, {1e30F, -1e30F, 7.0F, -std::numeric_limits<float>::infinity()}};
  const auto y = run_fast(graph::Sparsemax{}, {above}, {output_operand({1, 4})})[0];
  CHECK(y == std::vector<float>{1.0F, 0.0F, 0.0F, 0.0F});
  const Operand none{{1, 3}, std::vector<float>(3, std::nanf(""))};
  const auto no_numbers = run_fast(graph::Sparsemax{}, {none}, {output_operand({1, 3})})[0];
  for (const float value : no_numbers) CHECK(std::isnan(value));
}

TEST_CASE("glu and its gradient agree with the reference", "[cpu][glu]") {
  std::uint32_t seed = 1;
  for (const Shape& shape : shapes()) {
    INFO(to_string(shape));
    Shape half = shape;
    half.back() /= 2;
    const Operand x = random_operand(shape, ++seed, graph::Layout::plain, -9, 9);
    const auto bounds_of = [](const std::vector<double>& expected) {
      std::vector<double> bounds;
      for (const double value : expected) bounds.push_back(16 * unit_roundoff * std::abs(value));
      return bounds;
    };
    const auto expected = run_exact(graph::Glu{}, {x}, {output_operand(half)})[0];
    const auto y = run_fast(graph::Glu{}, {x}, {output_operand(half)})[0];
    check_within(y, expected, bounds_of(expected));
    CHECK(run_fast(graph::Glu{}, {x}, {output_operand(half)}, 1)[0] == y);

    const std::vector<Operand> inputs = {x, random_operand(half, ++seed)};
    const auto gradient = run_exact(graph::GluBackward{}, inputs, {output_operand(shape)})[0];
    const auto dx = run_fast(graph::GluBackward{}, inputs, {output_operand(shape)})[0];
    check_within(dx, gradient, bounds_of(gradient));
    CHECK(run_fast(graph::GluBackward{}, inputs, {output_operand(shape)}, 1)[0] == dx);
  }
}

}  // namespace sumi::testing
