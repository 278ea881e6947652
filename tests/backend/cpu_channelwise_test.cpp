// Bias, its gradient and affine maps against the reference: every layout, every remainder of channels.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

std::vector<std::pair<Shape, Layout>> arrays() {
  return {{{1, 10}, Layout::plain},
          {{250, 10}, Layout::plain},
          {{3, 5, 7, 1}, Layout::plain},
          {{250, 28, 28, 1}, Layout::plain},
          {{2, 9, 9, 3}, Layout::plain},
          {{1, 3, 17}, Layout::plain},
          {{5, 13, 11, 100}, Layout::plain},
          {{250, 256}, Layout::plain},
          {{2, 5, 5, 48}, Layout::blocked16},
          {{2, 5, 5, 40}, Layout::blocked8},
          {{30, 13, 11, 32}, Layout::blocked16},
          {{30, 13, 11, 8}, Layout::blocked8}};
}

TEST_CASE("adding a bias agrees with the reference", "[cpu][channelwise]") {
  std::uint32_t seed = 1;
  for (const auto& [shape, layout] : arrays()) {
    INFO(to_string(shape));
    check_sums(graph::AddBias{}, {random_operand(shape, ++seed, layout), random_operand({shape.back()}, ++seed)},
               {output_operand(shape, layout)}, 1);
  }
}

TEST_CASE("the gradient of a bias agrees with the reference", "[cpu][channelwise]") {
  std::uint32_t seed = 100;
  for (const auto& [shape, layout] : arrays()) {
    INFO(to_string(shape));
    // Sums are in float within 64 rows only; the last term is the rounding of the result.
    check_sums(graph::SumToBias{}, {random_operand(shape, ++seed, layout)}, {output_operand({shape.back()})}, 64 + 1);
  }
}

TEST_CASE("affine maps agree with the reference", "[cpu][channelwise]") {
  std::uint32_t seed = 200;
  for (const auto& [shape, layout] : arrays()) {
    INFO(to_string(shape));
    std::vector<double> many;
    for (std::int64_t c = 0; c < shape.back(); ++c) many.push_back(0.5 + 0.1 * static_cast<double>(c));
    const Operand x = random_operand(shape, ++seed, layout, 0, 1);  // so that nothing cancels
    // The rounding of scale and offset, of the product and of the sum.
    check_sums(graph::Affine{{1.0 / 255}, {0.25}}, {x}, {output_operand(shape, layout)}, 4);
    check_sums(graph::Affine{many, {0.0}}, {x}, {output_operand(shape, layout)}, 4);
    check_sums(graph::Affine{{2.0}, many}, {x}, {output_operand(shape, layout)}, 4);
    check_sums(graph::Affine{many, many}, {x}, {output_operand(shape, layout)}, 4);
  }
}

}  // namespace
}  // namespace sumi::testing
