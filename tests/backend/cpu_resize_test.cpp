// Margins and upsampling against the reference, in one thread and in two.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

// The last is large enough for two threads.
const std::vector<Shape> images = {{1, 3, 4, 1}, {2, 5, 3, 7}, {3, 30, 31, 16}};

void check_exact(const graph::Attributes& attributes, const Operand& x, const Shape& y) {
  const auto actual = run_fast(attributes, {x}, {output_operand(y)});
  const auto expected = run_exact(attributes, {x}, {output_operand(y)});
  check_within(actual[0], expected[0], std::vector<double>(expected[0].size(), 0.0));
}

TEST_CASE("padding and cropping agree with the reference", "[cpu][resize]") {
  std::uint32_t seed = 1;
  for (const Shape& small : images) {
    for (const Margins& m : {Margins(0), Margins(2), Margins({1, 0}, {0, 2}), Margins({0, 3}, {1, 0})}) {
      INFO(to_string(small));
      const Shape large = {small[0], small[1] + m.height.before + m.height.after,
                           small[2] + m.width.before + m.width.after, small[3]};
      check_exact(graph::Pad2d{m}, random_operand(small, ++seed), large);
      check_exact(graph::Crop2d{m}, random_operand(large, ++seed), small);
    }
  }
}

TEST_CASE("random crops and their gradient agree with the reference", "[cpu][resize]") {
  std::uint32_t seed = 50;
  for (const Shape& large : images) {
    for (const Size2& size : {Size2(1), Size2(3, 2), Size2(2, 3), Size2(3)}) {
      if (size.height > large[1] || size.width > large[2]) continue;
      INFO(to_string(large));
      const Shape small = {large[0], size.height, size.width, large[3]};
      for (std::uint64_t draw = 0; draw < 5; ++draw) {
        const graph::RandomCrop crop{size, draw};
        check_exact(crop, random_operand(large, ++seed), small);
        check_exact(graph::RandomCropBackward{crop}, random_operand(small, ++seed), large);
      }
    }
  }
}

TEST_CASE("upsampling and its gradient agree with the reference", "[cpu][resize]") {
  std::uint32_t seed = 100;
  for (const Shape& small : images) {
    for (const Size2& factors : {Size2(1), Size2(2), Size2(3, 2), Size2(1, 4)}) {
      INFO(to_string(small) << " times " << factors.height << ", " << factors.width);
      const Shape large = {small[0], small[1] * factors.height, small[2] * factors.width, small[3]};
      check_exact(graph::Upsample2d{factors, false}, random_operand(small, ++seed), large);
      // Four products of three factors, two of which are rounded themselves: 4 and 4 operations.
      check_sums(graph::Upsample2d{factors, true}, {random_operand(small, ++seed)}, {output_operand(large)}, 8);
      // A cell has a share in at most twice the factor's cells of each axis.
      const std::int64_t shares = std::int64_t{4} * factors.height * factors.width;
      for (const bool bilinear : {false, true}) {
        check_sums(graph::Upsample2dBackward{factors, bilinear}, {random_operand(large, ++seed)},
                   {output_operand(small)}, shares + 4);
      }
    }
  }
}

TEST_CASE("resizing refuses blocked images", "[cpu][resize]") {
  CHECK_FALSE(backend::cpu().supports(
      {graph::Pad2d{1}, {{{1, 4, 4, 16}, graph::Layout::blocked16}}, {{{1, 6, 6, 16}, graph::Layout::blocked16}}, 1}));
  CHECK_FALSE(backend::cpu().supports({graph::Upsample2d{2, true},
                                       {{{1, 4, 4, 16}, graph::Layout::blocked16}},
                                       {{{1, 8, 8, 16}, graph::Layout::blocked16}},
                                       1}));
}

}  // namespace
}  // namespace sumi::testing
