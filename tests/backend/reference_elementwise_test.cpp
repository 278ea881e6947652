// Softmax, dropout and what only moves elements, in the reference.
#include <cmath>

#include "backend/reference_run.hpp"
#include "core/random.hpp"
#include "support/pattern.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::testing::check_close;
using sumi::testing::fill;
using sumi::testing::run_op;

using Input = sumi::testing::Array<float>;

TEST_CASE("softmax over one and several axes, with masks, as in Keras's tests") {
  // SoftmaxTest.test_softmax_correctness_with_mask
  const auto both =
      run_op<float>(Softmax{{0, 1}, false}, {{{2, 3}, {1, 2, 1, 1, 2, 1}}, {{2, 3}, {1, 0, 1, 0, 1, 0}}}, {{2, 3}});
  check_close(both[0], {0.21194154, 0, 0.21194154, 0, 0.57611686, 0});
  // SoftmaxTest.test_softmax_masked_values_are_zero_including_fully_masked
  const auto rows = run_op<float>(
      Softmax{{1}, false},
      {{{3, 4}, {1, 2, 5, 1, 1, 1, 1, 1, 3, 1, 2, 4}}, {{3, 4}, {1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1}}}, {{3, 4}});
  check_close(rows[0], {0.268941, 0.731059, 0, 0, 0, 0, 0, 0, 0.236883, 0.032059, 0.087144, 0.643914});
}

TEST_CASE("softmax does not overflow") {
  const auto y = run_op<float>(Softmax{{0}, false}, {{{2}, {1000, 1001}}}, {{2}});
  check_close(y[0], {1 / (1 + std::exp(1.0)), 1 / (1 + std::exp(-1.0))});
  const auto log_y = run_op<float>(Softmax{{0}, true}, {{{2}, {-1000, 1000}}}, {{2}});
  check_close(log_y[0], {-2000, 0});
}

TEST_CASE("excluded elements have the logarithm -infinity and no gradient") {
  const Input mask = {{3}, {1, 1, 0}};
  const auto y = run_op<float>(Softmax{{0}, true}, {{{3}, {1, 1, 7}}, mask}, {{3}});
  check_close(std::vector<float>{y[0][0], y[0][1]}, {-std::log(2.0), -std::log(2.0)});
  CHECK(y[0][2] == -INFINITY);
  const auto dx = run_op<float>(SoftmaxBackward{{0}, true}, {{{3}, y[0]}, {{3}, {1, 0, 5}}}, {{3}});
  check_close(dx[0], {0.5, -0.5, 0});
}

TEST_CASE("dropout is a pure function of seed, step and element") {
  const Shape shape = {50, 20};
  const Input x = {shape, std::vector<float>(1000, 1.0F)};
  const auto drop = [&](const Dropout& op, std::uint64_t step) { return run_op<float>(op, {x}, {shape}, step)[0]; };
  const Dropout op{0.5, shape, 42, 2.0};
  const std::vector<float> y = drop(op, 7);
  CHECK(y == drop(op, 7));
  CHECK(y != drop(op, 8));
  CHECK(y != drop(Dropout{0.5, shape, 43, 2.0}, 7));
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    CHECK(y[i] == (uniform_at(42, 7, i) >= 0.5F ? 2.0F : 0.0F));
    sum += y[i];
  }
  CHECK(sum / 1000 == Approx(1.0).margin(0.1));  // three standard deviations of 1 / sqrt(1000)
  CHECK(drop(Dropout{1.0, shape, 42}, 7) == std::vector<float>(1000, 0.0F));
  CHECK(drop(Dropout{0.0, shape, 42}, 7) == x.values);
  CHECK(drop(Dropout{1.0, shape, 42, 1.0, -3.0}, 7) == std::vector<float>(1000, -3.0F));
}

TEST_CASE("dropout shares its mask where the noise shape is 1") {
  const Shape shape = {4, 3, 8};
  const Input x = {shape, std::vector<float>(96, 1.0F)};
  const auto y = run_op<float>(Dropout{0.5, {4, 1, 8}, 3, 2.0}, {x}, {shape}, 1)[0];
  for (std::size_t n = 0; n < 4; ++n) {
    for (std::size_t i = 0; i < 8; ++i) {
      const float kept = uniform_at(3, 1, n * 8 + i) >= 0.5F ? 2.0F : 0.0F;
      for (std::size_t t = 0; t < 3; ++t) CHECK(y[(n * 3 + t) * 8 + i] == kept);
    }
  }
}

TEST_CASE("transposition moves dimension axes[i] to i") {
  const auto y = run_op<float>(Transpose{{1, 2, 0}}, {{{2, 3, 1}, {0, 1, 2, 3, 4, 5}}}, {{3, 1, 2}});
  check_close(y[0], {0, 3, 1, 4, 2, 5}, 0);
  const auto images = run_op<float>(Transpose{{0, 2, 3, 1}}, {{{1, 2, 1, 3}, {0, 1, 2, 3, 4, 5}}}, {{1, 1, 3, 2}});
  check_close(images[0], {0, 3, 1, 4, 2, 5}, 0);
}

TEST_CASE("affine, sum, product, bias and reshape") {
  const Input x = {{2, 2}, {1, 2, 3, 4}};
  check_close(run_op<float>(Affine{{2}, {1}}, {x}, {{2, 2}})[0], {3, 5, 7, 9}, 0);
  check_close(run_op<float>(Affine{{2, -1}, {0, 10}}, {x}, {{2, 2}})[0], {2, 8, 6, 6}, 0);
  check_close(run_op<float>(Add{}, {x, x, x}, {{2, 2}})[0], {3, 6, 9, 12}, 0);
  check_close(run_op<float>(Multiply{}, {x, x}, {{2, 2}})[0], {1, 4, 9, 16}, 0);
  check_close(run_op<float>(AddBias{}, {x, {{2}, {10, 20}}}, {{2, 2}})[0], {11, 22, 13, 24}, 0);
  check_close(run_op<float>(Reshape{}, {x}, {{4}})[0], {1, 2, 3, 4}, 0);
}
