// oneDNN's convolutions against the reference: odd sizes, strides, dilations, groups, padding, every layout.
#include "backend/cpu/candidates.hpp"
#include "backend/cpu/isa.hpp"
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

struct Convolution {
  graph::Window window;
  int groups = 1;
  Shape x, kernel, y;
};

Shape output_of(const graph::Window& w, const Shape& x, std::int64_t filters) {
  const auto positions = [](std::int64_t n, int k, int s, int d, int before, int after) {
    return (n + before + after - (k - 1) * d - 1) / s + 1;
  };
  return {x[0], positions(x[1], w.kernel_h, w.stride_h, w.dilation_h, w.pad_top, w.pad_bottom),
          positions(x[2], w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right), filters};
}

Convolution convolution(const graph::Window& w, int groups, const Shape& x, std::int64_t filters) {
  return {w, groups, x, {w.kernel_h, w.kernel_w, x[3] / groups, filters}, output_of(w, x, filters)};
}

Convolution random_convolution(Dice& dice) {
  graph::Window w{dice(1, 4), dice(1, 4), dice(1, 3), dice(1, 3), dice(1, 2),
                  dice(1, 2), dice(0, 1), dice(0, 1), dice(0, 1), dice(0, 1)};
  const int groups = dice(0, 3) == 0 ? dice(2, 3) : 1;
  const std::int64_t channels = groups * (dice(0, 1) == 0 ? dice(1, 7) : 16);
  const std::int64_t filters = groups * (dice(0, 1) == 0 ? dice(1, 9) : 16);
  return convolution(w, groups, {dice(1, 3), dice(7, 13), dice(7, 13), channels}, filters);
}

// One sum a cell of the kernel, one for the bias.
std::int64_t terms_of(const Shape& kernel) { return kernel[0] * kernel[1] * kernel[2] + 2; }

void check_forward(const Convolution& c, Layout x_layout, Layout y_layout, bool bias, std::uint32_t seed) {
  const graph::Conv2d op{c.window, c.groups, ActivationKind::linear};
  const std::vector<Operand> inputs = {random_operand(c.x, seed, x_layout), random_operand(c.kernel, seed + 1),
                                       bias ? random_operand({c.kernel[3]}, seed + 2) : absent};
  check_sums(op, inputs, {output_operand(c.y, y_layout)}, terms_of(c.kernel));

  const graph::Conv2d with_relu{c.window, c.groups, ActivationKind::relu};
  const auto linear = run_fast(op, inputs, {output_operand(c.y, y_layout)});
  const auto clipped = run_fast(with_relu, inputs, {output_operand(c.y, y_layout)});
  for (std::size_t i = 0; i < linear[0].size(); ++i) {
    if (clipped[0][i] != std::max(linear[0][i], 0.0F)) FAIL_CHECK("element " << i << " is not relu of the linear one");
  }
}

void check_backward(const Convolution& c, Layout x_layout, Layout y_layout, bool bias, std::uint32_t seed) {
  const Operand dy = random_operand(c.y, seed, y_layout);
  // Each element of dx is a sum over filters and cells; each weight's gradient one over images and pixels.
  const Operand data_bias = bias ? random_operand({c.x[3]}, seed + 3) : absent;
  check_sums(graph::Conv2dBackwardData{c.window, c.groups}, {dy, random_operand(c.kernel, seed + 1), data_bias},
             {output_operand(c.x, x_layout)}, c.kernel[0] * c.kernel[1] * c.kernel[3] / c.groups + 2);
  check_sums(graph::Conv2dBackwardWeights{c.window, c.groups}, {random_operand(c.x, seed + 2, x_layout), dy},
             {output_operand(c.kernel), bias ? output_operand({c.kernel[3]}) : absent}, c.y[0] * c.y[1] * c.y[2] + 1);
}

TEST_CASE("convolutions of random plain images agree with the reference", "[cpu][convolution]") {
  Dice dice(1);
  for (std::uint32_t i = 0; i < 40; ++i) {
    const Convolution c = random_convolution(dice);
    INFO("case " << i << ": x " << to_string(c.x) << ", kernel " << to_string(c.kernel) << ", groups " << c.groups);
    check_forward(c, Layout::plain, Layout::plain, i % 2 == 0, 10 * i);
    check_backward(c, Layout::plain, Layout::plain, i % 2 == 0, 10 * i + 5);
  }
}

TEST_CASE("convolutions in the layouts that the backend prefers agree with the reference", "[cpu][convolution]") {
  const graph::Window valid{.kernel_h = 3, .kernel_w = 3};
  graph::Window same = valid;
  same.pad_top = same.pad_left = same.pad_bottom = same.pad_right = 1;
  graph::Window strided = same;
  strided.stride_h = strided.stride_w = 2;
  strided.pad_top = strided.pad_left = 0;
  std::uint32_t seed = 100;
  for (const graph::Window& window : {valid, same, strided}) {
    for (const std::int64_t channels : {1, 3, 16, 32, 40}) {
      for (const std::int64_t filters : {10, 16, 48}) {
        const Convolution c = convolution(window, 1, {2, 9, 11, channels}, filters);
        INFO("x " << to_string(c.x) << ", kernel " << to_string(c.kernel));
        const backend::Operand kernel{c.kernel};
        const Layout y_layout =
            backend::cpu().preferred_layout(graph::Conv2d{window, 1, ActivationKind::linear}, {{c.x}, kernel}, {c.y});
        const int block = graph::block_of(y_layout);
        const Layout x_layout = block != 0 && channels % block == 0 ? y_layout : Layout::plain;
        check_forward(c, x_layout, y_layout, true, seed);
        const Layout dx_layout =
            backend::cpu().preferred_layout(graph::Conv2dBackwardData{window, 1}, {{c.y, y_layout}, kernel}, {c.x});
        if (dx_layout == x_layout) check_backward(c, x_layout, y_layout, true, seed + 5);
        seed += 10;
      }
    }
  }
}

// Whether the fast backend itself takes all directions of it in this layout.
bool is_taken(const Convolution& c, Layout layout) {
  const backend::Operand x{c.x, layout}, y{c.y, layout}, kernel{c.kernel}, none{{}, Layout::plain, false};
  const auto takes = [](const graph::Attributes& op, const std::vector<backend::Operand>& inputs,
                        const std::vector<backend::Operand>& outputs) {
    return backend::cpu().supports({op, inputs, outputs, 2});
  };
  return takes(graph::Conv2d{c.window, c.groups}, {x, kernel, none}, {y}) &&
         takes(graph::Conv2dBackwardData{c.window, c.groups}, {y, kernel}, {x}) &&
         takes(graph::Conv2dBackwardWeights{c.window, c.groups}, {x, y}, {kernel, none});
}

TEST_CASE("depthwise convolutions agree with the reference in every layout that they take", "[cpu][convolution]") {
  std::vector<graph::Window> windows = {{.kernel_h = 3, .kernel_w = 3},
                                        {.kernel_h = 3, .kernel_w = 2, .stride_h = 2, .stride_w = 2},
                                        {.kernel_h = 2, .kernel_w = 3, .dilation_h = 2, .dilation_w = 3},
                                        {.kernel_h = 5, .kernel_w = 5, .stride_h = 2, .stride_w = 3}};
  windows[0].pad_top = windows[0].pad_left = windows[0].pad_bottom = windows[0].pad_right = 1;
  windows[3].pad_top = windows[3].pad_bottom = windows[3].pad_right = 2;
  int blocked = 0;
  std::uint32_t seed = 500;
  for (const graph::Window& window : windows) {
    for (const std::int64_t channels : {8, 16, 17, 32}) {
      for (const std::int64_t multiplier : {1, 2}) {
        for (const std::int64_t batch : {1, 3}) {
          const Convolution c =
              convolution(window, static_cast<int>(channels), {batch, 9, 11, channels}, multiplier * channels);
          for (const Layout layout : {Layout::plain, Layout::blocked8, Layout::blocked16}) {
            const int block = graph::block_of(layout);
            if (block != 0 && (channels % block != 0 || !is_taken(c, layout))) continue;
            INFO("x " << to_string(c.x) << ", kernel " << to_string(c.kernel) << ", block " << block);
            blocked += block != 0 ? 1 : 0;
            check_forward(c, layout, layout, batch == 1, seed);
            check_backward(c, layout, layout, batch == 1, seed + 5);
            seed += 10;
          }
        }
      }
    }
  }
  // Which of them a machine without AVX takes in blocks is oneDNN's affair.
  if (backend::cpu_detail::active_isa() != backend::cpu_detail::Isa::baseline) CHECK(blocked > 0);
}

TEST_CASE("images are blocked from the first convolution on", "[cpu][convolution]") {
  const graph::Conv2d op{{.kernel_h = 3, .kernel_w = 3}, 1, ActivationKind::linear};
  const auto preferred = [&](const Shape& x, Layout layout, std::int64_t filters) {
    return backend::cpu().preferred_layout(op, {{x, layout}, {{3, 3, x[3], filters}}},
                                           {output_of(op.window, x, filters)});
  };
  const Layout first = preferred({4, 28, 28, 1}, Layout::plain, 32);
  // oneDNN has no gradients in blocks for machines without AVX.
  CHECK((first == Layout::plain) == (backend::cpu_detail::active_isa() == backend::cpu_detail::Isa::baseline));
  CHECK(preferred({4, 13, 13, 32}, first, 64) == first);
  CHECK(preferred({4, 13, 13, 32}, Layout::plain, 64) == first);
  CHECK(preferred({4, 13, 13, 32}, first, 10) == Layout::plain);
}

TEST_CASE("oneDNN's convolution refuses to make moments or to pool", "[cpu][convolution]") {
  for (const bool pools : {false, true}) {
    graph::Conv2d conv{{.kernel_h = 3, .kernel_w = 3}, 1, ActivationKind::linear, !pools};
    if (pools) conv.pool = graph::Window{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
    const graph::Attributes op = conv;
    const backend::Operand none{{}, Layout::plain, false};
    const backend::OpCase plain{op, {{{2, 9, 9, 4}}, {{3, 3, 4, 8}}}, {{{2, 7, 7, 8}}, none, none, none}, 2};
    CHECK(backend::cpu_detail::make_convolution(plain).refusal == "onednn/conv2d: makes no moments and pools nothing");
  }
}

TEST_CASE("a convolution refuses a plain image beside a blocked one where a Reorder would do", "[cpu][convolution]") {
  const graph::Attributes op = graph::Conv2d{{.kernel_h = 3, .kernel_w = 3}, 1, ActivationKind::linear};
  const backend::Operand blocked{{2, 9, 9, 32}, Layout::blocked16};
  const backend::Operand plain{{2, 7, 7, 64}};
  const backend::OpCase mixed{op, {blocked, {{3, 3, 32, 64}}, {{}, Layout::plain, false}}, {plain}, 2};
  std::vector<std::string> refusals;
  CHECK_FALSE(backend::cpu().supports(mixed));
  CHECK(backend::cpu().select(mixed, &refusals) == nullptr);
  CHECK(refusals.size() == 4);  // the thin one's, Winograd's, oneDNN's and the reference's
}

}  // namespace
}  // namespace sumi::testing
