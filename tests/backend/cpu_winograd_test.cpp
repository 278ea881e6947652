// Winograd's convolutions against the reference.
#include <algorithm>
#include <cstdlib>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/isa.hpp"
#include "backend/cpu_run.hpp"
#include "backend/winograd_bounds.hpp"
#include "sumi/error.hpp"

namespace sumi::testing {
namespace {

using backend::cpu_detail::make_winograd;
using graph::Layout;

bool is_baseline() { return backend::cpu_detail::active_isa() == backend::cpu_detail::Isa::baseline; }
Layout blocked() {
  return backend::cpu_detail::active_isa() == backend::cpu_detail::Isa::avx512 ? Layout::blocked16 : Layout::blocked8;
}

Convolution convolution(const graph::Window& w, const Shape& x, std::int64_t filters) {
  return {w,
          x,
          {3, 3, x[3], filters},
          {x[0], x[1] + w.pad_top + w.pad_bottom - 2, x[2] + w.pad_left + w.pad_right - 2, filters}};
}

graph::Window window(int top, int left, int bottom, int right) {
  return {.kernel_h = 3, .kernel_w = 3, .pad_top = top, .pad_left = left, .pad_bottom = bottom, .pad_right = right};
}

// Convolutions that are taken: every number of vectors in a panel, ragged tiles, every padding, one image, and more
// tiles than are transformed together.
std::vector<Convolution> convolutions() {
  const std::int64_t block = graph::block_of(blocked());
  std::vector<Convolution> result = {
      convolution(window(0, 0, 0, 0), {23, 13, 13, 2 * block}, 4 * block),
      convolution(window(1, 1, 1, 1), {1, 41, 38, 2 * block}, block),
      convolution(window(2, 2, 2, 2), {1, 31, 45, block}, 7 * block),
      convolution(window(0, 1, 2, 0), {2, 18, 40, 6 * block}, 3 * block),
      convolution(window(2, 0, 1, 1), {40, 5, 7, 5 * block}, 2 * block),
  };
  Dice dice(1);
  for (int i = 0; i < 4; ++i) {
    const int height = dice(7, 22);
    const int width = dice(7, 22);
    result.push_back(convolution(window(dice(0, 2), dice(0, 2), dice(0, 2), dice(0, 2)),
                                 {2500 / (height * width) + dice(1, 3), height, width, dice(2, 5) * block},
                                 dice(2, 6) * block));
  }
  return result;
}

void check_named(const backend::OpCase& op) {
  const auto kernel = backend::cpu().select(op);
  REQUIRE(kernel != nullptr);
  CHECK(kernel->name() == "cpu/winograd");
}

using Results = std::vector<std::vector<float>>;

Results run_winograd(const graph::Attributes& op, const std::vector<Operand>& inputs,
                     const std::vector<Operand>& outputs, int threads) {
  check_named(case_of(op, inputs, outputs, threads));
  return run_fast(op, inputs, outputs, threads);
}

TEST_CASE("Winograd's convolutions agree with the reference in all directions", "[cpu][winograd]") {
  if (is_baseline()) return;
  std::uint32_t seed = 1;
  for (const Convolution& c : convolutions()) {
    INFO("x " << to_string(c.x) << ", y " << to_string(c.y) << ", padding " << c.window.pad_top << ' '
              << c.window.pad_left);
    const Operand x = random_operand(c.x, seed++, blocked());
    const Operand kernel = random_operand(c.kernel, seed++);
    const Operand bias = random_operand({c.y[3]}, seed++);
    const Operand dy = random_operand(c.y, seed++, blocked());
    const Operand y = output_operand(c.y, blocked());
    const Operand dx = output_operand(c.x, blocked());
    const Operand dkernel = output_operand(c.kernel);
    const Operand dbias = output_operand({c.y[3]});
    Bounds bounds = bounds_of(c, x.values, kernel.values, dy.values);
    for (std::size_t i = 0; i < bounds.y.size(); ++i) {
      bounds.y[i] += std::abs(bias.values[i % static_cast<std::size_t>(c.y[3])]);
    }
    const auto y_bound = times(bounds.y, through_input + through_kernel + c.x[3] + 1 + back_to_y + 1);
    // Four tiles meet in a pixel; each of at most five threads adds its sum.
    const auto dx_bound = times(bounds.dx, through_gradient + through_kernel + c.y[3] + 1 + back_to_x + 3);
    const std::int64_t tiles = c.y[0] * ((c.y[1] + 3) / 4) * ((c.y[2] + 3) / 4);
    const auto dkernel_bound = times(bounds.dkernel, through_input + through_gradient + tiles + 1 + 5 + back_to_kernel);
    std::vector<double> dbias_bound(static_cast<std::size_t>(c.y[3]));
    for (std::size_t i = 0; i < dy.values.size(); ++i) {
      dbias_bound[i % dbias_bound.size()] += std::abs(static_cast<double>(dy.values[i]));
    }
    dbias_bound = times(dbias_bound, through_gradient + tiles + 1);

    const graph::Conv2d forward{c.window, 1, ActivationKind::linear};
    const graph::Conv2dBackward backward{c.window, 1};
    const auto exact_y = run_exact(forward, {x, kernel, bias}, {y});
    const auto exact = run_exact(backward, {x, kernel, dy}, {dx, dkernel, dbias});
    Results first_y;
    for (const int threads : {1, 2, 5}) {  // with fewer images than threads, these share an image's channels
      const Results fast_y = run_winograd(forward, {x, kernel, bias}, {y}, threads);
      check_within(fast_y[0], exact_y[0], y_bound);
      CHECK(run_winograd(forward, {x, kernel, bias}, {y}, threads) == fast_y);
      if (threads == 1) first_y = fast_y;
      CHECK(fast_y == first_y);

      const Results both = run_winograd(backward, {x, kernel, dy}, {dx, dkernel, dbias}, threads);
      check_within(both[0], exact[0], dx_bound);
      check_within(both[1], exact[1], dkernel_bound);
      check_within(both[2], exact[2], dbias_bound);
      CHECK(run_winograd(backward, {x, kernel, dy}, {dx, dkernel, dbias}, threads) == both);
      // One alone does the same work.
      CHECK(run_winograd(backward, {x, kernel, dy}, {absent, dkernel, absent}, threads)[1] == both[1]);
      const graph::Conv2dBackwardData data{c.window, 1};
      CHECK(run_winograd(data, {dy, kernel}, {dx}, threads)[0] == both[0]);
      const graph::Conv2dBackwardWeights weights{c.window, 1};
      const Results alone = run_winograd(weights, {x, dy}, {dkernel, dbias}, threads);
      CHECK(alone[0] == both[1]);
      CHECK(alone[1] == both[2]);
    }
  }
}

// Where each channel of an image has its mean and its variance, from values in double.
struct ChannelMoments {
  std::vector<double> mean, variance, range;
};

ChannelMoments moments_of(const std::vector<float>& values, std::size_t channels) {
  ChannelMoments m{std::vector<double>(channels), std::vector<double>(channels), std::vector<double>(channels)};
  const double count = static_cast<double>(values.size() / channels);
  for (std::size_t i = 0; i < values.size(); ++i) m.mean[i % channels] += values[i] / count;
  std::vector<float> low(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(channels));
  std::vector<float> high = low;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = i % channels;
    m.variance[c] += (values[i] - m.mean[c]) * (values[i] - m.mean[c]) / count;
    low[c] = std::min(low[c], values[i]);
    high[c] = std::max(high[c], values[i]);
  }
  for (std::size_t c = 0; c < channels; ++c) m.range[c] = static_cast<double>(high[c]) - low[c];
  return m;
}

// Sums of 48 tiles are taken in float, less a shift that is one of the values: of at most 768 values, each within the
// range, and of their squares. The rest is done in double.
void check_moments(const std::vector<float>& moments, const std::vector<float>& values, std::size_t channels) {
  const ChannelMoments m = moments_of(values, channels);
  for (std::size_t c = 0; c < channels; ++c) {
    INFO("channel " << c << ": mean " << m.mean[c] << ", variance " << m.variance[c]);
    const double error = (768 + 2) * unit_roundoff * m.range[c];
    CHECK(std::abs(moments[c] - m.mean[c]) <= error + unit_roundoff * std::abs(m.mean[c]));
    CHECK(std::abs(moments[channels + c] - m.variance[c]) <= 3 * error * m.range[c]);
  }
}

const graph::Window pool_2x2{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};

TEST_CASE("Winograd's convolution makes moments and pools what it writes", "[cpu][winograd]") {
  if (is_baseline()) return;
  std::uint32_t seed = 1000;
  for (const Convolution& c : convolutions()) {
    INFO("x " << to_string(c.x) << ", y " << to_string(c.y));
    const auto filters = static_cast<std::size_t>(c.y[3]);
    const std::vector<Operand> inputs = {random_operand(c.x, seed++, blocked()), random_operand(c.kernel, seed++),
                                         random_operand({c.y[3]}, seed++), random_operand({c.y[3]}, seed++)};
    const std::vector<Operand> outputs = {output_operand(c.y, blocked()), output_operand({2, c.y[3]}),
                                          output_operand({c.y[0], c.y[1] / 2, c.y[2] / 2, c.y[3]}, blocked()),
                                          output_operand({2, c.y[3]})};
    for (const int threads : {1, 2}) {
      const graph::Conv2d op{c.window, 1, ActivationKind::relu, true, pool_2x2};
      const Results all = run_winograd(op, inputs, outputs, threads);
      CHECK(run_winograd(op, inputs, outputs, threads) == all);
      const graph::Conv2d linear{c.window, 1, ActivationKind::linear};
      const Results plain = run_winograd(linear, {inputs[0], inputs[1], inputs[2]}, {outputs[0]}, threads);
      bool clipped = true;
      for (std::size_t i = 0; i < all[0].size(); ++i) clipped &= all[0][i] == std::max(plain[0][i], 0.0F);
      CHECK(clipped);
      check_moments(all[1], all[0], filters);
      check_moments(all[3], all[2], filters);
      // Of the same numbers the reference finds the same largest and smallest.
      const Operand y{c.y, all[0]};
      const auto pooled = run_exact(graph::MaxPool2d{pool_2x2}, {y, inputs[3]}, {outputs[2]});
      CHECK(std::equal(all[2].begin(), all[2].end(), pooled[0].begin(), pooled[0].end()));
      // What is not wanted is not needed.
      CHECK(run_winograd(op, inputs, {absent, absent, outputs[2], absent}, threads)[2] == all[2]);
      CHECK(run_winograd(op, inputs, {absent, outputs[1], absent, absent}, threads)[1] == all[1]);
    }
  }
}

TEST_CASE("Winograd's convolution without signs pools the largest", "[cpu][winograd]") {
  if (is_baseline()) return;
  const Convolution c = convolutions()[0];
  const graph::Conv2d op{c.window, 1, ActivationKind::linear, false, pool_2x2};
  const Results all = run_winograd(
      op, {random_operand(c.x, 1, blocked()), random_operand(c.kernel, 2)},
      {output_operand(c.y, blocked()), absent, output_operand({c.y[0], c.y[1] / 2, c.y[2] / 2, c.y[3]}, blocked())}, 2);
  const auto pooled = run_exact(graph::MaxPool2d{pool_2x2}, {{c.y, all[0]}},
                                {output_operand({c.y[0], c.y[1] / 2, c.y[2] / 2, c.y[3]})});
  CHECK(std::equal(all[2].begin(), all[2].end(), pooled[0].begin(), pooled[0].end()));
}

TEST_CASE("Winograd's variance is right to a thousandth where the mean is 1000 deviations", "[cpu][winograd]") {
  if (is_baseline()) return;
  const Convolution c = convolutions()[0];
  const auto filters = static_cast<std::size_t>(c.y[3]);
  // The deviation of a sum of 9 C products of numbers that are uniform in [-1, 1) and [-s, s) is s sqrt(C).
  const float scale = 1.0F / std::sqrt(static_cast<float>(c.x[3]));
  const std::vector<Operand> inputs = {random_operand(c.x, 1, blocked()),
                                       random_operand(c.kernel, 2, Layout::plain, -scale, scale),
                                       random_operand({c.y[3]}, 3, Layout::plain, 1000, 1001)};
  const std::vector<Operand> outputs = {output_operand(c.y, blocked()), output_operand({2, c.y[3]}), absent, absent};
  const graph::Conv2d op{c.window, 1, ActivationKind::linear, true};
  const auto exact = run_exact(op, inputs, outputs);
  const Results fast = run_winograd(op, inputs, outputs, 2);
  for (std::size_t f = 0; f < filters; ++f) {
    CHECK(fast[1][f] == Approx(exact[1][f]).epsilon(1e-6));
    CHECK(fast[1][filters + f] == Approx(exact[1][filters + f]).epsilon(1e-3));
  }
}

TEST_CASE("what is not a number stays so through Winograd's transforms", "[cpu][winograd]") {
  if (is_baseline()) return;
  const Convolution c = convolutions()[0];
  Operand x = random_operand(c.x, 1, blocked());
  x.values[0] = std::nanf("");
  for (const ActivationKind epilogue : {ActivationKind::linear, ActivationKind::relu}) {
    const graph::Conv2d op{c.window, 1, epilogue};
    const Results y = run_winograd(op, {x, random_operand(c.kernel, 2)}, {output_operand(c.y, blocked())}, 2);
    CHECK(std::isnan(y[0][0]));
    CHECK_FALSE(std::isnan(y[0].back()));
  }
}

std::string refusal(const graph::Attributes& op, const backend::Operand& x, const Shape& kernel,
                    const backend::Operand& y) {
  backend::OpCase result{op, {x, {kernel}}, {y}, 2};
  const auto* conv = std::get_if<graph::Conv2d>(&op);
  if (conv != nullptr && conv->pool) {
    result.outputs = {
        y, {{}, Layout::plain, false}, {{y.shape[0], y.shape[1] / 2, y.shape[2] / 2, y.shape[3]}, y.layout}};
  }
  const auto answer = make_winograd(result);
  CHECK(answer.kernel == nullptr);
  return answer.refusal;
}

TEST_CASE("Winograd's algorithm says which convolutions it leaves to others", "[cpu][winograd]") {
  const Layout layout = is_baseline() ? Layout::blocked8 : blocked();
  const backend::Operand x{{64, 13, 13, 32}, layout};
  const backend::Operand y{{64, 11, 11, 64}, layout};
  const graph::Conv2d conv{window(0, 0, 0, 0), 1, ActivationKind::relu};
  if (is_baseline()) {
    CHECK(refusal(conv, x, {3, 3, 32, 64}, y) == "cpu/winograd: needs AVX2 or AVX-512");
    return;
  }
  const std::string windows =
      "cpu/winograd: takes windows of 3x3 with stride 1, at most 2 cells of padding and no groups";
  graph::Conv2d other = conv;
  other.window.kernel_h = 5;
  CHECK(refusal(other, x, {5, 3, 32, 64}, {{64, 9, 11, 64}, layout}) == windows);
  other = conv;
  other.window.stride_w = 2;
  CHECK(refusal(other, x, {3, 3, 32, 64}, {{64, 11, 6, 64}, layout}) == windows);
  other = conv;
  other.window.dilation_h = 2;
  CHECK(refusal(other, x, {3, 3, 32, 64}, {{64, 9, 11, 64}, layout}) == windows);
  other = conv;
  other.window.pad_left = 3;
  CHECK(refusal(other, x, {3, 3, 32, 64}, {{64, 11, 14, 64}, layout}) == windows);
  other = conv;
  other.groups = 2;
  CHECK(refusal(other, x, {3, 3, 16, 64}, y) == windows);

  const std::string block = std::to_string(graph::block_of(layout));
  CHECK(refusal(conv, {x.shape}, {3, 3, 32, 64}, y) ==
        "cpu/winograd: takes images in blocks of " + block + " channels");
  CHECK(refusal(conv, x, {3, 3, 32, 64}, {y.shape}) ==
        "cpu/winograd: takes images in blocks of " + block + " channels");
  const graph::Attributes sums_only = graph::Conv2d{conv.window, 1, ActivationKind::relu, true};
  const backend::Operand none{{}, Layout::plain, false};
  CHECK(make_winograd({sums_only, {x, {{3, 3, 32, 60}}}, {none, {{2, 60}}, none, none}, 2}).refusal ==
        "cpu/winograd: takes images in blocks of " + block + " channels");
  CHECK(refusal(conv, {{1, 13, 13, 32}, layout}, {3, 3, 32, 64}, {{1, 11, 11, 64}, layout}) ==
        "cpu/winograd: direct convolution is faster for this shape");
  CHECK(refusal(graph::Conv2dBackwardData{conv.window, 1}, {{1, 11, 11, 64}, layout}, {3, 3, 32, 64},
                {{1, 13, 13, 32}, layout}) == "cpu/winograd: direct convolution is faster for this shape");
  other = conv;
  other.pool = graph::Window{.kernel_h = 3, .kernel_w = 3, .stride_h = 2, .stride_w = 2};
  CHECK(refusal(other, x, {3, 3, 32, 64}, y) == "cpu/winograd: pools windows of 2x2 with stride 2, unpadded");
}

TEST_CASE("SUMI_CONVOLUTION=direct leaves all convolutions to oneDNN", "[cpu][winograd]") {
  using backend::cpu_detail::wants_direct_convolution;
  CHECK_FALSE(wants_direct_convolution(nullptr));
  CHECK_FALSE(wants_direct_convolution(""));
  CHECK(wants_direct_convolution("direct"));
  CHECK_THROWS_WITH(wants_direct_convolution("fast"),
                    "Expected SUMI_CONVOLUTION to be 'direct' or unset. Received 'fast'.");
  if (is_baseline()) return;
  const graph::Attributes op = graph::Conv2d{window(0, 0, 0, 0), 1, ActivationKind::linear};
  const backend::OpCase taken{
      op, {{{64, 13, 13, 32}, blocked()}, {{3, 3, 32, 64}}}, {{{64, 11, 11, 64}, blocked()}}, 2};
  check_named(taken);
  ::setenv("SUMI_CONVOLUTION", "direct", 1);
  const auto kernel = backend::cpu().select(taken);
  ::unsetenv("SUMI_CONVOLUTION");
  REQUIRE(kernel != nullptr);
  CHECK(kernel->name().find("onednn/") == 0);
}

// In eighths, so that sums of a few products are exact in whatever order and with whatever instructions.
Operand in_eighths(Operand operand) {
  for (float& value : operand.values) value = std::round(8 * value) / 8;
  return operand;
}

TEST_CASE("the way back through a chain within both gradients: the same bits as before them", "[cpu][winograd]") {
  if (backend::cpu_detail::active_isa() == backend::cpu_detail::Isa::baseline) return;
  const Layout layout =
      backend::cpu_detail::active_isa() == backend::cpu_detail::Isa::avx512 ? Layout::blocked16 : Layout::blocked8;
  const graph::Window three{.kernel_h = 3, .kernel_w = 3};
  const graph::Window halves{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
  for (const bool pooled : {true, false}) {
    for (const std::int64_t size : {13, 14, 12}) {  // outputs of 11, 12 and 10: with and without a row in no window
      INFO("pooled " << pooled << ", images of " << size);
      const std::int64_t out = size - 2;
      const Shape y_shape = {20, out, out, 64};
      const Shape dy_shape = pooled ? Shape{20, out / 2, out / 2, 64} : y_shape;
      // Eighths have ties, and numbers up to 0, where the ReLU was shut.
      const Operand y = in_eighths(random_operand(y_shape, 3, layout));
      const Operand x = random_operand({20, size, size, 32}, 1, layout);
      const Operand kernel = random_operand({3, 3, 32, 64}, 2);
      const Operand dy = in_eighths(random_operand(dy_shape, 4, layout));
      const Operand sign = random_operand({64}, 5);
      const Operand map = in_eighths(random_operand({5, 64}, 6));
      const graph::NormChainBackwardData chain{pooled ? std::optional(halves) : std::nullopt, true};
      const std::vector<Operand> outputs = {output_operand(x.shape, layout), output_operand(kernel.shape),
                                            output_operand({64})};

      Operand gradient = output_operand(y_shape, layout);
      gradient.values = run_fast(chain, {y, sign, dy, map}, {gradient})[0];
      const auto separate = run_fast(graph::Conv2dBackward{three, 1}, {x, kernel, gradient}, outputs);
      const auto fused = run_fast(graph::Conv2dBackward{three, 1, chain}, {x, kernel, dy, y, sign, map}, outputs);
      for (std::size_t i = 0; i < outputs.size(); ++i) CHECK(fused[i] == separate[i]);
    }
  }
}

TEST_CASE("a kernel that stays is transformed in advance, for the same bits", "[cpu][winograd]") {
  if (backend::cpu_detail::active_isa() == backend::cpu_detail::Isa::baseline) return;
  const Layout layout =
      backend::cpu_detail::active_isa() == backend::cpu_detail::Isa::avx512 ? Layout::blocked16 : Layout::blocked8;
  const graph::Attributes op = graph::Conv2d{.window = {.kernel_h = 3, .kernel_w = 3}};
  const std::vector<Operand> inputs = {random_operand({20, 13, 13, 32}, 1, layout), random_operand({3, 3, 32, 64}, 2)};
  const std::vector<Operand> outputs = {output_operand({20, 11, 11, 64}, layout)};
  backend::OpCase made = case_of(op, inputs, outputs, 2);
  const auto usual = backend::cpu().select(made);
  made.inputs[1].constant = true;
  const auto prepared = backend::cpu().select(made);
  REQUIRE(usual->name() == "cpu/winograd");
  REQUIRE(prepared->name() == "cpu/winograd");
  CHECK(usual->prepared_floats() == 0);
  CHECK(prepared->prepared_floats() > 0);
  CHECK(run_kernel(*prepared, inputs, outputs) == run_kernel(*usual, inputs, outputs));
  // Without the transform's cost a single image is worth it.
  made.inputs[0].shape[0] = made.outputs[0].shape[0] = 1;
  CHECK(backend::cpu().select(made)->name() == "cpu/winograd");
}

}  // namespace
}  // namespace sumi::testing
