// What of a fused batch norm touches data, against the reference in double: every layout, pools, signs, large means.
#include <algorithm>

#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

const graph::Window halves{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};

struct Image {
  Shape shape;
  Layout layout = Layout::plain;
};

std::vector<Image> images() {
  return {{{2, 3, 3, 1}, Layout::plain},         {{2, 7, 5, 17}, Layout::plain},
          {{6, 26, 26, 32}, Layout::blocked16},  {{9, 11, 11, 40}, Layout::blocked8},
          {{40, 13, 13, 64}, Layout::blocked16}, {{3, 9, 2, 48}, Layout::plain}};
}

Operand around(const Image& image, float mean, std::uint32_t seed) {
  Operand x = random_operand(image.shape, seed, image.layout);
  for (float& value : x.values) value += mean;
  return x;
}

// What rounding may do to the result: so much of the sum of the absolute values that make it.
void check_against_absolute_sums(const graph::Attributes& op, const std::vector<Operand>& inputs,
                                 const std::vector<Operand>& outputs, double roundings) {
  const auto actual = run_fast(op, inputs, outputs);
  const auto expected = run_exact(op, inputs, outputs);
  auto bounds = run_exact(op, inputs, outputs, [](double x) { return std::abs(x); });
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (double& bound : bounds[i]) bound *= roundings * unit_roundoff;
    check_within(actual[i], expected[i], bounds[i]);
  }
}

}  // namespace

TEST_CASE("moments: a mean of 1000 costs the variance nothing", "[cpu][norm_chain]") {
  for (const Image& image : images()) {
    for (const float mean : {0.0F, 1000.0F}) {
      INFO(to_string(image.shape) << ", mean " << mean);
      const Operand x = around(image, mean, 3);
      const Operand y = output_operand({2, image.shape.back()});
      const auto actual = run_fast(graph::Moments{}, {x}, {y});
      const auto expected = run_exact(graph::Moments{}, {x}, {y});
      // Sums in float over at most 64 rows; the mean itself is rounded once.
      const auto channels = static_cast<std::size_t>(image.shape.back());
      std::vector<double> bounds(2 * channels);
      for (std::size_t c = 0; c < channels; ++c) {
        bounds[c] = (64 + 8) * unit_roundoff + unit_roundoff * std::abs(expected[0][c]);
        bounds[channels + c] = (64 + 8) * unit_roundoff * (1 + expected[0][channels + c]);
      }
      check_within(actual[0], expected[0], bounds);
    }
  }
}

TEST_CASE("the affine map per channel agrees with the reference", "[cpu][norm_chain]") {
  for (const Image& image : images()) {
    INFO(to_string(image.shape));
    const std::int64_t c = image.shape.back();
    check_against_absolute_sums(graph::ChannelAffine{}, {around(image, 0, 1), random_operand({2, c}, 2)},
                                {output_operand(image.shape, image.layout)}, 3);
  }
}

TEST_CASE("sums of the gradient are centred", "[cpu][norm_chain]") {
  for (const Image& image : images()) {
    INFO(to_string(image.shape));
    const std::int64_t c = image.shape.back();
    const Operand x = around(image, 1000, 1);
    Operand moments = random_operand({2, c}, 2);
    for (std::int64_t i = 0; i < c; ++i) moments.values[static_cast<std::size_t>(i)] = 1000;
    const Operand dy = random_operand(image.shape, 3, image.layout);
    const Operand y = output_operand({2, c});
    const auto actual = run_fast(graph::GradientSums{}, {x, dy, moments}, {y});
    const auto expected = run_exact(graph::GradientSums{}, {x, dy, moments}, {y});
    // |dy| < 1 and |x - mean| < 1: so many numbers below 1.
    const double elements = static_cast<double>(element_count(image.shape) / c);
    check_within(actual[0], expected[0],
                 std::vector<double>(static_cast<std::size_t>(2 * c), (64 + 8) * unit_roundoff * elements));
  }
}

TEST_CASE("the way back through a chain agrees with the reference", "[cpu][norm_chain]") {
  std::vector<std::optional<graph::Window>> pools = {std::nullopt, halves};
  pools.push_back(graph::Window{.kernel_h = 3, .kernel_w = 2, .stride_h = 2, .stride_w = 1});  // overlaps
  pools.push_back(graph::Window{.kernel_h = 2, .kernel_w = 1, .stride_h = 3, .stride_w = 2});  // leaves gaps
  pools.push_back(graph::Window{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2, .pad_top = 1});
  for (const Image& image : images()) {
    for (const auto& pool : pools) {
      for (const bool relu : {false, true}) {
        if (pool && (image.shape[1] < pool->kernel_h || image.shape[2] < pool->kernel_w)) continue;
        INFO(to_string(image.shape) << (pool ? ", window " + to_string({pool->kernel_h, pool->kernel_w}) : "")
                                    << ", relu " << relu);
        const std::int64_t c = image.shape.back();
        Operand x = random_operand(image.shape, 5, image.layout);
        for (std::size_t i = 0; i < x.values.size(); i += 7) x.values[i] = 0.5F;  // ties
        const Shape dy =
            pool ? graph::output_shapes(graph::MaxPool2d{*pool}, std::vector<Shape>{image.shape})[0] : image.shape;
        const std::vector<Operand> inputs = {x, random_operand({c}, 6), random_operand(dy, 7, image.layout),
                                             random_operand({5, c}, 8)};
        const std::vector<Operand> outputs = {output_operand(image.shape, image.layout)};
        const graph::NormChainBackwardData op{pool, relu};
        // Each number is a sum of at most five products for each window that it lies in, of numbers below 1.
        const double windows = pool ? pool->kernel_h * pool->kernel_w : 1;
        const auto expected = run_exact(op, inputs, outputs);
        check_within(run_fast(op, inputs, outputs)[0], expected[0],
                     std::vector<double>(expected[0].size(), 8 * 5 * windows * unit_roundoff));
      }
    }
  }
}

TEST_CASE("max-pool takes the smallest where the sign is negative", "[cpu][norm_chain]") {
  for (const Image& image : images()) {
    if (image.shape[2] < 2) continue;
    INFO(to_string(image.shape));
    const graph::MaxPool2d op{halves};
    const Operand x = random_operand(image.shape, 1, image.layout);
    const Operand sign = random_operand({image.shape.back()}, 2);
    const Operand y = output_operand(graph::output_shapes(op, std::vector<Shape>{image.shape})[0], image.layout);
    const auto expected = run_exact(op, {x, sign}, {y});
    check_within(run_fast(op, {x, sign}, {y})[0], expected[0], std::vector<double>(expected[0].size(), 0.0));
  }
}

TEST_CASE("folding a map into a kernel and back agrees with the reference", "[cpu][norm_chain]") {
  for (const Shape& kernel : {Shape{3, 3, 32, 64}, Shape{1, 2, 3, 5}, Shape{12, 10}, Shape{100, 17}}) {
    const std::int64_t c = kernel.size() == 4 ? kernel[2] : kernel[0] / 4;
    const std::int64_t filters = kernel.back();
    INFO(to_string(kernel));
    const Operand w = random_operand(kernel, 1);
    const Operand map = random_operand({2, c}, 2);
    const auto rows = static_cast<double>(element_count(kernel) / filters);
    check_against_absolute_sums(graph::FoldAffine{}, {w, random_operand({filters}, 3), map},
                                {output_operand(kernel), output_operand({filters})}, rows + 1);
    check_against_absolute_sums(graph::FoldAffine{}, {w, absent, map},
                                {output_operand(kernel), output_operand({filters})}, rows + 1);
    const std::vector<Operand> inputs = {w, map, random_operand(kernel, 4), random_operand({filters}, 5)};
    const std::vector<Operand> outputs = {output_operand(kernel), output_operand({2, c})};
    check_against_absolute_sums(graph::FoldAffineBackward{}, inputs, outputs, static_cast<double>(filters) + 3);
  }
}

TEST_CASE("folding back centres the sums", "[cpu][norm_chain]") {
  const Operand kernel = random_operand({2, 2, 3, 16}, 1);
  const Operand map = random_operand({2, 3}, 2);
  const Operand moments = random_operand({2, 3}, 6);
  const std::vector<Operand> inputs = {kernel, map, random_operand({2, 2, 3, 16}, 4), random_operand({16}, 5), moments};
  const std::vector<Operand> outputs = {output_operand({2, 2, 3, 16}), output_operand({2, 3})};
  const auto expected = run_exact(graph::FoldAffineBackward{}, inputs, outputs);
  const auto actual = run_fast(graph::FoldAffineBackward{}, inputs, outputs);
  // 64 products of numbers below 1, the second factor a difference of two of them.
  check_within(actual[1], expected[1], std::vector<double>(6, 64 * 2 * 4 * unit_roundoff));
}

}  // namespace sumi::testing
