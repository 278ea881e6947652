// Convolutions of images of few channels, with moments and pool, and their way back, against the reference in double.
#include <algorithm>

#include "backend/cpu/isa.hpp"
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

const graph::Window three{.kernel_h = 3, .kernel_w = 3};
const graph::Window halves{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};

Layout own_layout() {
  return backend::cpu_detail::active_isa() == backend::cpu_detail::Isa::avx512 ? Layout::blocked16 : Layout::blocked8;
}
bool has_kernels() { return backend::cpu_detail::active_isa() != backend::cpu_detail::Isa::baseline; }

struct Thin {
  Shape x;
  std::int64_t filters;
  bool relu, pooled;
};

std::vector<Thin> cases() {
  std::vector<Thin> result = {{{5, 28, 28, 1}, 32, true, true}, {{40, 28, 28, 1}, 32, true, false}};
  Dice dice(11);
  for (int i = 0; i < 24; ++i) {
    result.push_back({{dice(1, 5), dice(4, 13), dice(4, 13), i % 4 + 1}, dice(1, 3) * 16, i % 3 != 0, i % 2 == 0});
  }
  return result;
}

struct Operands {
  graph::Conv2d op;
  Shape y, pooled;
  std::vector<Operand> inputs;
};

Operands operands_of(const Thin& c, float mean) {
  Operands made;
  made.op = {.window = three, .epilogue = c.relu ? ActivationKind::relu : ActivationKind::linear, .moments = true};
  if (c.pooled) made.op.pool = halves;
  const Shape kernel = {3, 3, c.x[3], c.filters};
  Operand bias = random_operand({c.filters}, 3);
  for (float& value : bias.values) value += mean;
  made.inputs = {random_operand(c.x, 1), random_operand(kernel, 2), bias,
                 c.pooled ? random_operand({c.filters}, 4) : absent};
  const auto shapes = graph::output_shapes(made.op, std::vector<Shape>{c.x, kernel, {c.filters}, {}});
  made.y = shapes[0];
  made.pooled = shapes[2];
  return made;
}

std::string text_of(const Thin& c) {
  return "x " + to_string(c.x) + ", filters " + std::to_string(c.filters) + (c.relu ? ", relu" : "") +
         (c.pooled ? ", pool" : "");
}

}  // namespace

TEST_CASE("thin convolution: output, moments and pool agree with the reference", "[cpu][thin]") {
  if (!has_kernels()) return;
  for (const Thin& c : cases()) {
    for (const float mean : {0.0F, 1000.0F}) {
      INFO(text_of(c) << ", mean " << mean);
      const Operands o = operands_of(c, mean);
      const Operand moments = output_operand({2, c.filters});
      const std::vector<Operand> outputs = {output_operand(o.y, own_layout()), moments,
                                            c.pooled ? output_operand(o.pooled, own_layout()) : absent,
                                            c.pooled ? moments : absent};
      const auto actual = run_fast(o.op, o.inputs, outputs);
      const auto expected = run_exact(o.op, o.inputs, outputs);
      // Each output is a sum of at most 36 products below 1 and a bias; it is rounded once more at its own size. What
      // the moments are taken from is the output less a shift near it.
      const double value = (36 + 2) * 36 * unit_roundoff + 4 * unit_roundoff * mean;
      for (const std::size_t i : {0U, 2U}) {
        check_within(actual[i], expected[i], std::vector<double>(expected[i].size(), value));
      }
      for (const std::size_t i : {1U, 3U}) {
        std::vector<double> bounds;
        const std::size_t filters = expected[i].size() / 2;
        for (std::size_t f = 0; f < expected[i].size(); ++f) {
          // The variance is a mean of squares below 72^2 whose roots are off by `value`; float sums hold 256 and more.
          const double deviation = std::sqrt(expected[i][f < filters ? f + filters : f]);
          bounds.push_back(f < filters ? value + 300 * unit_roundoff * 72
                                       : 2 * value * (deviation + value) + 300 * unit_roundoff * 72 * 72);
        }
        check_within(actual[i], expected[i], bounds);
      }
    }
  }
}

TEST_CASE("thin convolution: nobody needs the output itself", "[cpu][thin]") {
  if (!has_kernels()) return;
  const Operands o = operands_of({{3, 9, 10, 2}, 32, true, true}, 0);
  const Operand moments = output_operand({2, 32});
  const Operand pooled = output_operand(o.pooled, own_layout());
  const auto with = run_fast(o.op, o.inputs, {output_operand(o.y, own_layout()), moments, pooled, moments});
  const auto without = run_fast(o.op, o.inputs, {absent, moments, pooled, moments});
  for (const std::size_t i : {1U, 2U, 3U}) CHECK(with[i] == without[i]);
  graph::Conv2d inference = o.op;
  inference.moments = false;
  CHECK(run_fast(inference, o.inputs, {absent, absent, pooled, absent})[2] == with[2]);
}

TEST_CASE("thin convolution: the way back computes it again", "[cpu][thin]") {
  if (!has_kernels()) return;
  for (const Thin& c : cases()) {
    INFO(text_of(c));
    const Operands o = operands_of(c, 0);
    std::vector<Operand> inputs = o.inputs;
    inputs.push_back(random_operand(c.pooled ? o.pooled : o.y, 5, own_layout()));
    inputs.push_back(random_operand({5, c.filters}, 6));
    const std::vector<Operand> outputs = {output_operand({3, 3, c.x[3], c.filters}), output_operand({c.filters})};
    const graph::Conv2dChainBackwardWeights op{o.op};
    const auto actual = run_fast(op, inputs, outputs);
    const auto expected = run_exact(op, inputs, outputs);
    // Each output cell gets at most |dy| + 2 * 37 + 2 < 80, off by `cell`; 256 and more of them are added in float.
    const double cells = static_cast<double>(element_count(o.y) / c.filters);
    const double cell = 2 * (36 + 2) * 36 * unit_roundoff + 8 * 80 * unit_roundoff;
    const double bound = cells * (cell + 300 * unit_roundoff * 80);
    for (std::size_t i = 0; i < 2; ++i) {
      check_within(actual[i], expected[i], std::vector<double>(expected[i].size(), bound));
    }
  }
}

TEST_CASE("thin convolution: the same bits twice", "[cpu][thin]") {
  if (!has_kernels()) return;
  const Operands o = operands_of({{40, 28, 28, 1}, 32, true, true}, 0);
  const Operand moments = output_operand({2, 32});
  const std::vector<Operand> outputs = {absent, moments, output_operand(o.pooled, own_layout()), moments};
  CHECK(run_fast(o.op, o.inputs, outputs) == run_fast(o.op, o.inputs, outputs));
}

TEST_CASE("thin convolution: what it refuses", "[cpu][thin]") {
  if (!has_kernels()) return;
  const auto is_refused = [](graph::Conv2d op, Shape x, const std::string& reason) {
    const std::vector<Operand> inputs = {random_operand(x, 1), random_operand({3, 3, x[3], 32}, 2), absent, absent};
    const auto shapes = graph::output_shapes(op, std::vector<Shape>{x, {3, 3, x[3], 32}, {}, {}});
    std::vector<std::string> refusals;
    const Operand y = output_operand(shapes[0], own_layout());
    backend::cpu().select(case_of(op, inputs, {y, output_operand({2, 32}), absent, absent}, 1), &refusals);
    return std::any_of(refusals.begin(), refusals.end(), [&](const std::string& refusal) {
      return refusal.find("thin") != std::string::npos && refusal.find(reason) != std::string::npos;
    });
  };
  graph::Conv2d op{.window = three, .moments = true};
  CHECK(is_refused(op, {2, 9, 9, 5}, "at most 4 channels"));
  op.window.stride_h = 2;
  CHECK(is_refused(op, {2, 9, 9, 1}, "without padding, strides"));
  op.window = three;
  op.window.pad_left = 1;
  CHECK(is_refused(op, {2, 9, 9, 1}, "without padding, strides"));
}

}  // namespace sumi::testing
