// Penalties, their gradients and errors (golden cases regularizer-266 to 268).
#include "sumi/regularizers.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using test::error_text;

namespace {

const std::vector<double> matrix{1, -2, 3, -4};
const Shape square{2, 2};

}  // namespace

TEST_CASE("penalties of Keras's tests") {
  CHECK(Regularizer(L1{.l1 = 0.1})->penalty_of(matrix, square) == Approx(1.0).epsilon(1e-12));
  CHECK(Regularizer(L2{.l2 = 0.1})->penalty_of(matrix, square) == Approx(3.0).epsilon(1e-12));
  CHECK(Regularizer(L1L2{.l1 = 0.1, .l2 = 0.2})->penalty_of(matrix, square) == Approx(7.0).epsilon(1e-12));
}

TEST_CASE("the orthogonal penalty is the mean cosine of different rows or columns") {
  // Rows (1,-2)/sqrt 5 and (3,-4)/5: 11 / (5 sqrt 5). Columns (1,3)/sqrt 10 and (-2,-4)/sqrt 20: -14 / (10 sqrt 2).
  CHECK(Regularizer(OrthogonalRegularizer{.factor = 0.5})->penalty_of(matrix, square) ==
        Approx(0.5 * 11 / (5 * std::sqrt(5.0))).epsilon(1e-12));
  CHECK(Regularizer(OrthogonalRegularizer{.factor = 0.5, .mode = "columns"})->penalty_of(matrix, square) ==
        Approx(0.5 * 14 / (10 * std::sqrt(2.0))).epsilon(1e-12));
  CHECK_THROWS_AS(Regularizer(OrthogonalRegularizer{})->penalty_of(matrix, {4}), ShapeError);
}

TEST_CASE("gradients agree with differences") {
  const std::vector<double> w{1, -2, 3, -4, 0.5, 1.5};
  const Shape shape{3, 2};
  const double h = 1e-6;
  for (const Regularizer& regularizer :
       {Regularizer(L1{.l1 = 0.3}), Regularizer(L2{.l2 = 0.3}), Regularizer(L1L2{.l1 = 0.1, .l2 = 0.2}),
        Regularizer(OrthogonalRegularizer{.factor = 0.7}),
        Regularizer(OrthogonalRegularizer{.factor = 0.7, .mode = "columns"})}) {
    INFO(regularizer.class_name());
    std::vector<double> gradient(w.size(), 10.0);
    regularizer->add_gradient_of(w, shape, 2.0, gradient);
    for (std::size_t i = 0; i < w.size(); ++i) {
      std::vector<double> above = w, below = w;
      above[i] += h;
      below[i] -= h;
      const double slope = (regularizer->penalty_of(above, shape) - regularizer->penalty_of(below, shape)) / (2 * h);
      // Central differences: h^2 of the third derivative, and rounding of 1e-16 / h.
      CHECK(gradient[i] == Approx(10.0 + 2.0 * slope).margin(1e-8));
    }
  }
}

TEST_CASE("the gradient of |w| at 0 is 0") {
  std::vector<double> gradient{0.0};
  Regularizer(L1{})->add_gradient_of(std::vector<double>{0.0}, {1}, 1.0, gradient);
  CHECK(gradient[0] == 0.0);
}

TEST_CASE("regularizers by string") {
  CHECK(Regularizer("l1").as<L1>()->l1 == 0.01);
  CHECK(Regularizer("L2").as<L2>()->l2 == 0.01);
  CHECK(Regularizer("l1l2").as<L1L2>()->l2 == 0.0);
  CHECK(Regularizer("orthogonal_regularizer").as<OrthogonalRegularizer>() != nullptr);
  CHECK_FALSE(Regularizer().has_value());
  CHECK(error_text<ArgumentError>([] { Regularizer("l1_l2"); }) ==
        "Could not interpret regularizer identifier: l1_l2. Known: l1, l2, l1l2, orthogonal_regularizer. "
        "Did you mean 'l1l2'?");
}

TEST_CASE("coefficients must be finite and not negative") {
  CHECK(error_text<ArgumentError>([] { Regularizer(L2{.l2 = -1}); }) ==
        "Invalid value for argument l2: expected a non-negative float. Received: l2=-1.0");
  CHECK_THROWS_AS(Regularizer(L1{.l1 = std::numeric_limits<double>::infinity()}), ArgumentError);
  CHECK_THROWS_AS(Regularizer(L1L2{.l1 = std::nan("")}), ArgumentError);
  CHECK(error_text<ArgumentError>([] { Regularizer(OrthogonalRegularizer{.mode = "diagonals"}); }) ==
        "Invalid value for argument `mode`. Expected one of {\"rows\", \"columns\"}. Received: mode=diagonals");
}
