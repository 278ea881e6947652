// Permuted axes against the reference, bit for bit, in one thread and in two.
#include <algorithm>
#include <numeric>

#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

void check_transpose(const Shape& x_shape, const std::vector<int>& axes, std::uint32_t seed) {
  INFO(to_string(x_shape) << " by " << to_string(Shape(axes.begin(), axes.end())));
  const graph::Transpose op{axes};
  const Operand x = random_operand(x_shape, seed);
  Shape y_shape;
  for (const int axis : axes) y_shape.push_back(x_shape[static_cast<std::size_t>(axis)]);
  const Operand y = output_operand(y_shape);
  const auto expected = run_exact(op, {x}, {y})[0];
  for (const int threads : {1, 2}) {
    const std::vector<float> actual = run_fast(op, {x}, {y}, threads)[0];
    CHECK(std::equal(actual.begin(), actual.end(), expected.begin(), expected.end()));
  }
}

TEST_CASE("every order of up to five axes agrees with the reference", "[cpu][transpose]") {
  std::uint32_t seed = 1;
  for (const Shape& shape : {Shape{7}, Shape{5, 9}, Shape{3, 1, 18}, Shape{2, 3, 4, 5}, Shape{2, 1, 3, 17, 2}}) {
    std::vector<int> axes(shape.size());
    std::iota(axes.begin(), axes.end(), 0);
    do {
      check_transpose(shape, axes, ++seed);
    } while (std::next_permutation(axes.begin(), axes.end()));
  }
}

TEST_CASE("images between channels first and last agree with the reference", "[cpu][transpose]") {
  // Whole tiles, what is left of them, and few channels; enough for two threads.
  for (const std::int64_t channels : {1, 2, 3, 4, 7, 16, 33, 64}) {
    check_transpose({3, 29, 31, channels}, {0, 3, 1, 2}, 100);
    check_transpose({3, channels, 29, 31}, {0, 2, 3, 1}, 101);
    check_transpose({1, 300, 37, channels}, {0, 2, 1, 3}, 102);
  }
  check_transpose({700, 300}, {1, 0}, 103);
}

TEST_CASE("permuting refuses blocked images", "[cpu][transpose]") {
  CHECK_FALSE(backend::cpu().supports({graph::Transpose{{0, 2, 1, 3}},
                                       {{{1, 4, 4, 16}, graph::Layout::blocked16}},
                                       {{{1, 4, 4, 16}, graph::Layout::blocked16}},
                                       1}));
}

}  // namespace
}  // namespace sumi::testing
