// The reference as a backend: kernels, working memory, layouts, refusals.
#include <cmath>
#include <memory>
#include <string>

#include "backend/reference_run.hpp"
#include "support/pattern.hpp"

using namespace sumi;
using namespace sumi::graph;
using backend::OpCase;
using backend::Operand;
using sumi::testing::fill;
using sumi::testing::run_op;

namespace {

// Runs a case as the executor does.
std::vector<std::vector<float>> run_kernel(const OpCase& op, const std::vector<std::vector<float>>& inputs) {
  const std::unique_ptr<backend::Kernel> kernel = backend::reference().select(op);
  REQUIRE(kernel != nullptr);
  CHECK(kernel->name() == "reference");
  std::vector<const float*> in;
  for (const std::vector<float>& input : inputs) in.push_back(input.empty() ? nullptr : input.data());
  std::vector<std::vector<float>> outputs;
  for (const Operand& operand : op.outputs) outputs.emplace_back(element_count(operand.shape), std::nanf(""));
  std::vector<float*> out;
  for (std::vector<float>& output : outputs) out.push_back(output.data());
  // Doubles, so that the memory is aligned for them; its contents must not matter.
  std::vector<double> scratch(kernel->scratch_floats() / 2 + 1, std::nan(""));
  for (int run = 0; run < 2; ++run) {
    kernel->run({in.data(), out.data(), reinterpret_cast<float*>(scratch.data()), 5});
  }
  return outputs;
}

}  // namespace

TEST_CASE("kernels compute what the loops compute, in working memory of theirs") {
  struct Case {
    Attributes attributes;
    std::vector<Shape> inputs, outputs;
  };
  const Window window{.kernel_h = 3, .kernel_w = 2, .stride_h = 2, .pad_bottom = 1};
  const Shape x = {2, 5, 4, 3};
  const Shape y = {2, 2, 3, 4};
  const std::vector<Case> cases = {
      {Conv2d{window, 1, ActivationKind::relu}, {x, {3, 2, 3, 4}, {4}}, {y}},
      {Conv2dBackwardData{window, 1}, {y, {3, 2, 3, 4}}, {x}},
      {Conv2dBackwardWeights{window, 1}, {x, y}, {{3, 2, 3, 4}, {4}}},
      {Conv2dBackwardWeights{{}, 1}, {{1, 2, 2, 1}, {1, 2, 2, 9}}, {{1, 1, 1, 9}, {9}}},
      {MatMul{}, {{2, 3}, {3, 4}, {}}, {{2, 4}}},
      {SumToBias{}, {x}, {{3}}},
      {MaxPool2dBackward{{.kernel_h = 3, .kernel_w = 3}}, {x, {2, 3, 2, 3}}, {x}},
      {AvgPool2dBackward{{.kernel_h = 3, .kernel_w = 3}}, {{2, 3, 2, 3}}, {x}},
      {Dropout{0.5, x, 1}, {x}, {x}},
      {RandomAffineBackward{{{.zoom_height = {0.5, 1.5}}, {4, 6}, 1}}, {{2, 4, 6, 3}}, {x}},
      {Penalty{L2{}, 1.0}, {x}, {{}}},
      {PenaltyBackward{L2{}, 1.0}, {x, {}}, {x}},
  };
  for (const Case& c : cases) {
    INFO(name_of(c.attributes));
    OpCase op{c.attributes, {}, {}, 1};
    std::vector<sumi::testing::Array<float>> arrays;
    std::vector<std::vector<float>> inputs;
    for (std::size_t i = 0; i < c.inputs.size(); ++i) {
      const bool absent = c.inputs[i].empty() && !std::holds_alternative<PenaltyBackward>(c.attributes);
      op.inputs.push_back({c.inputs[i], Layout::plain, !absent});
      inputs.push_back(absent ? std::vector<float>{} : fill<float>(c.inputs[i], static_cast<int>(i) + 1));
      arrays.push_back({c.inputs[i], inputs.back()});
    }
    for (const Shape& shape : c.outputs) op.outputs.push_back({shape, Layout::plain, true});
    CHECK(backend::reference().supports(op));
    CHECK(run_kernel(op, inputs) == run_op<float>(c.attributes, arrays, c.outputs, 5));
  }
}

TEST_CASE("reorder moves images between layouts") {
  const Shape shape = {2, 2, 3, 32};
  const std::vector<float> plain = fill<float>(shape, 1);
  const Attributes attributes = Reorder{};
  const auto reordered = [&](const std::vector<float>& from, Layout from_layout, Layout to_layout) {
    return run_kernel({attributes, {{shape, from_layout, true}}, {{shape, to_layout, true}}, 1}, {from})[0];
  };
  const std::vector<float> blocked8 = reordered(plain, Layout::plain, Layout::blocked8);
  // N, C/8, H, W, 8: element (n, h, w, c) of each.
  for (std::size_t n = 0; n < 2; ++n) {
    for (std::size_t h = 0; h < 2; ++h) {
      for (std::size_t w = 0; w < 3; ++w) {
        for (std::size_t c = 0; c < 32; ++c) {
          CHECK(blocked8[(((n * 4 + c / 8) * 2 + h) * 3 + w) * 8 + c % 8] == plain[((n * 2 + h) * 3 + w) * 32 + c]);
        }
      }
    }
  }
  CHECK(reordered(blocked8, Layout::blocked8, Layout::plain) == plain);
  const std::vector<float> blocked16 = reordered(blocked8, Layout::blocked8, Layout::blocked16);
  CHECK(blocked16 == reordered(plain, Layout::plain, Layout::blocked16));
  CHECK(reordered(blocked16, Layout::blocked16, Layout::plain) == plain);
}

TEST_CASE("any other op takes plain layouts only, and says so") {
  const Attributes attributes = Activate{ActivationKind::relu, {}};
  const Shape shape = {1, 2, 2, 16};
  const OpCase blocked{attributes, {{shape, Layout::blocked16, true}}, {{shape, Layout::blocked16, true}}, 1};
  CHECK_FALSE(backend::reference().supports(blocked));
  std::vector<std::string> refusals;
  CHECK(backend::reference().select(blocked, &refusals) == nullptr);
  CHECK(refusals ==
        std::vector<std::string>{"reference: takes plain layouts only, but input 0 is in blocks of 16 channels"});
  CHECK(backend::reference().preferred_layout(attributes, blocked.inputs, blocked.outputs[0]) == Layout::plain);
  CHECK(backend::reference().name() == "reference");
}

TEST_CASE("batch norm updates its moving values in place") {
  std::vector<float> moving_mean = {1.0F};
  std::vector<float> moving_variance = {2.0F};
  const std::vector<float> x = {1.0F, 3.0F};
  std::vector<float> y(2);
  std::vector<float> mean(1);
  std::vector<float> inv_std(1);
  const Attributes attributes = BatchNorm{1, 0.5, 0.0, true, std::nullopt};
  const Operand one = {{1}, Layout::plain, true};
  const Operand absent = {{}, Layout::plain, false};
  const Operand data = {{2, 1}, Layout::plain, true};
  const OpCase op{
      attributes, {data, absent, absent, one, one, absent, absent, absent, absent}, {data, one, one, one, one}, 1};
  const float* inputs[] = {x.data(), nullptr, nullptr, moving_mean.data(), moving_variance.data(), nullptr,
                           nullptr,  nullptr, nullptr};
  float* outputs[] = {y.data(), mean.data(), inv_std.data(), moving_mean.data(), moving_variance.data()};
  backend::reference().select(op)->run({inputs, outputs, nullptr, 0});
  CHECK(moving_mean[0] == 1.5F);
  CHECK(moving_variance[0] == 1.5F);
  CHECK(y == std::vector<float>{-1.0F, 1.0F});
}
