// Pooling and its gradients against the reference: overlaps, gaps, padding, ties, every layout.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

struct Pooling {
  graph::Window window;
  Shape x, y;
  Layout layout = Layout::plain;
};

Pooling pooling(const graph::Window& w, const Shape& x, Layout layout) {
  const auto positions = [](std::int64_t n, int k, int s, int pad) { return (n + pad - k) / s + 1; };
  return {w,
          x,
          {x[0], positions(x[1], w.kernel_h, w.stride_h, w.pad_top + w.pad_bottom),
           positions(x[2], w.kernel_w, w.stride_w, w.pad_left + w.pad_right), x[3]},
          layout};
}

std::vector<Pooling> poolings() {
  std::vector<Pooling> result;
  const graph::Window usual{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
  for (const Shape& x : {Shape{3, 11, 11, 64}, Shape{50, 13, 13, 16}, Shape{2, 26, 26, 32}}) {
    result.push_back(pooling(usual, x, Layout::plain));
    result.push_back(pooling(usual, x, Layout::blocked8));
    result.push_back(pooling(usual, x, Layout::blocked16));
  }
  // The whole image, and large windows that overlap or leave gaps.
  for (const auto& [kernel, stride] : {std::pair(13, 13), std::pair(5, 2), std::pair(5, 6)}) {
    const graph::Window large{.kernel_h = kernel, .kernel_w = kernel, .stride_h = stride, .stride_w = stride};
    result.push_back(pooling(large, {3, 13, 13, 37}, Layout::plain));
    result.push_back(pooling(large, {2, 13, 13, 32}, Layout::blocked16));
  }
  Dice dice(3);
  for (int i = 0; i < 40; ++i) {
    graph::Window w{.kernel_h = dice(1, 4), .kernel_w = dice(1, 4), .stride_h = dice(1, 5), .stride_w = dice(1, 5)};
    w.pad_top = dice(0, w.kernel_h - 1);
    w.pad_left = dice(0, w.kernel_w - 1);
    w.pad_bottom = dice(0, w.kernel_h - 1);
    w.pad_right = dice(0, w.kernel_w - 1);
    const Layout layout = i % 3 == 0 ? Layout::plain : i % 3 == 1 ? Layout::blocked8 : Layout::blocked16;
    const std::int64_t channels = layout == Layout::plain ? dice(1, 37) : dice(1, 2) * graph::block_of(layout);
    result.push_back(pooling(w, {dice(1, 3), dice(4, 11), dice(4, 11), channels}, layout));
  }
  return result;
}

std::string text_of(const Pooling& p) {
  return "x " + to_string(p.x) + ", window " + to_string({p.window.kernel_h, p.window.kernel_w}) + ", strides " +
         to_string({p.window.stride_h, p.window.stride_w}) + ", block " + std::to_string(graph::block_of(p.layout));
}

TEST_CASE("pooling agrees with the reference", "[cpu][pool]") {
  std::uint32_t seed = 1;
  for (const Pooling& p : poolings()) {
    INFO(text_of(p));
    const Operand x = random_operand(p.x, ++seed, p.layout);
    const Operand y = output_operand(p.y, p.layout);
    const auto largest = run_fast(graph::MaxPool2d{p.window}, {x}, {y});
    const auto expected = run_exact(graph::MaxPool2d{p.window}, {x}, {y});
    check_within(largest[0], expected[0], std::vector<double>(expected[0].size(), 0.0));
    check_sums(graph::AvgPool2d{p.window}, {x}, {y}, p.window.kernel_h * p.window.kernel_w + 1);
  }
}

TEST_CASE("the gradients of pooling agree with the reference, ties included", "[cpu][pool]") {
  std::uint32_t seed = 200;
  for (const Pooling& p : poolings()) {
    INFO(text_of(p));
    Operand x = random_operand(p.x, ++seed, p.layout);
    for (float& value : x.values) value = std::round(2 * value);  // five different numbers: many ties
    const Operand dy = random_operand(p.y, ++seed, p.layout);
    const Operand dx = output_operand(p.x, p.layout);
    // A cell is in at most this many windows, the division is one more operation.
    const std::int64_t windows =
        ((p.window.kernel_h - 1) / p.window.stride_h + 1) * ((p.window.kernel_w - 1) / p.window.stride_w + 1);
    const auto actual = run_fast(graph::MaxPool2dBackward{p.window}, {x, dy}, {dx});
    const auto expected = run_exact(graph::MaxPool2dBackward{p.window}, {x, dy}, {dx});
    check_within(actual[0], expected[0],
                 std::vector<double>(expected[0].size(), static_cast<double>(windows * windows) * unit_roundoff));
    check_sums(graph::AvgPool2dBackward{p.window}, {dy}, {dx}, windows + 1);
  }
}

TEST_CASE("what is not a number passes max pooling as in the reference", "[cpu][pool]") {
  const Pooling p = pooling({.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2}, {1, 2, 2, 40}, Layout::plain);
  Operand x = random_operand(p.x, 5);
  x.values[0] = x.values[39] = std::nanf("");            // first in its window: stays
  x.values[40 + 1] = x.values[40 + 38] = std::nanf("");  // second: loses
  const auto y = run_fast(graph::MaxPool2d{p.window}, {x}, {output_operand(p.y)});
  const auto dx = run_fast(graph::MaxPool2dBackward{p.window}, {x, random_operand(p.y, 6)}, {output_operand(p.x)});
  const auto expected =
      run_exact(graph::MaxPool2dBackward{p.window}, {x, random_operand(p.y, 6)}, {output_operand(p.x)});
  CHECK(std::isnan(y[0][0]));
  CHECK(std::isnan(y[0][39]));
  CHECK_FALSE(std::isnan(y[0][1]));
  CHECK_FALSE(std::isnan(y[0][38]));
  for (std::size_t i = 0; i < dx[0].size(); ++i) CHECK(static_cast<double>(dx[0][i]) == expected[0][i]);
}

TEST_CASE("pooling refuses layouts that differ, and dilation", "[cpu][pool]") {
  const graph::Attributes pool = graph::MaxPool2d{{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2}};
  CHECK_FALSE(backend::cpu().supports({pool, {{{1, 4, 4, 16}, Layout::blocked16}}, {{{1, 2, 2, 16}}}, 1}));
  const graph::Attributes dilated = graph::MaxPool2d{{.kernel_h = 2, .kernel_w = 2, .dilation_h = 2, .dilation_w = 2}};
  CHECK_FALSE(backend::cpu().supports(
      {dilated, {{{1, 4, 4, 16}, Layout::blocked16}}, {{{1, 2, 2, 16}, Layout::blocked16}}, 1}));
}

}  // namespace
}  // namespace sumi::testing
