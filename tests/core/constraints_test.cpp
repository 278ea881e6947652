// What constraints make of weights (golden cases constraint-270 to 274).
#include "sumi/constraints.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using test::error_text;

namespace {

void expect(const Constraint& constraint, std::vector<float> weights, const Shape& shape,
            const std::vector<double>& expected, double tolerance = 1e-6) {
  constraint->apply(weights, shape);
  REQUIRE(weights.size() == expected.size());
  for (std::size_t i = 0; i < weights.size(); ++i) CHECK(weights[i] == Approx(expected[i]).margin(tolerance));
}

}  // namespace

TEST_CASE("MaxNorm shortens columns that are too long") {
  const double third = 1.1547005383792517;
  expect(MaxNorm{.max_value = 2.0}, {0, 1, 3, 3, 0, 0, 0, 3, 0, 0, 0, 3}, {3, 4},
         {0, 1, 2, third, 0, 0, 0, third, 0, 0, 0, third});
}

TEST_CASE("NonNeg keeps what is positive") {
  expect(NonNeg{}, {1, -2, 0, 5}, {4}, {1, 0, 0, 5}, 0);
  std::vector<float> nan{std::nanf("")};
  Constraint(NonNeg{})->apply(nan, {1});
  CHECK(std::isnan(nan[0]));
}

// Keras's own tolerance for these two is 1e-5.
TEST_CASE("UnitNorm") {
  expect(UnitNorm{}, {3.0F, 0.1F, 4.0F, 0.1F}, {2, 2}, {0.6, 0.7071067811865476, 0.8, 0.7071067811865476}, 1e-5);
}
TEST_CASE("MinMaxNorm") {
  const MinMaxNorm between{.min_value = 0.2, .max_value = 0.5};
  expect(between, {3.0F, 0.1F, 4.0F, 0.1F}, {2, 2}, {0.3, 0.14142135623730953, 0.4, 0.14142135623730953}, 1e-5);
  // Half of the way: 3 and 4 have the norm 5, which becomes (0.5 + 5) / 2.
  expect(MinMaxNorm{.min_value = 0.2, .max_value = 0.5, .rate = 0.5}, {3, 4}, {2, 1}, {3 * 2.75 / 5, 4 * 2.75 / 5},
         1e-5);
}

TEST_CASE("norms over any axes of any rank") {
  // Kernel (2, 1, 2, 2): each filter has the values 3, 4 and 0, 0.
  const std::vector<float> kernel{3, 0, 4, 0, 0, 3, 0, 4};
  expect(UnitNorm{.axis = {0, 1, 2}}, kernel, {2, 1, 2, 2}, {0.6, 0, 0.8, 0, 0, 0.6, 0, 0.8});
  expect(UnitNorm{.axis = -1}, kernel, {2, 1, 2, 2}, {1, 0, 1, 0, 0, 1, 0, 1});
  CHECK(error_text<ArgumentError>([&] {
          std::vector<float> copy = kernel;
          Constraint(UnitNorm{.axis = 4})->apply(copy, {2, 1, 2, 2});
        }) == "The axis 4 of a constraint is outside of a weight of shape (2, 1, 2, 2).");
}

TEST_CASE("constraints by string") {
  CHECK(Constraint("max_norm").as<MaxNorm>()->max_value == 2.0);
  CHECK(Constraint("NonNeg").as<NonNeg>() != nullptr);
  CHECK(Constraint("unit_norm").as<UnitNorm>() != nullptr);
  CHECK(Constraint("min_max_norm").as<MinMaxNorm>() != nullptr);
  CHECK(error_text<ArgumentError>([] { Constraint("nope"); }) ==
        "Could not interpret constraint identifier: nope. Known: max_norm, non_neg, unit_norm, min_max_norm.");
}
