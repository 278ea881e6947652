// Every pass: the same numbers in fewer steps, and what it must leave alone.
#include "plan/passes.hpp"

#include <algorithm>

#include "plan/model_graphs.hpp"
#include "sumi/error.hpp"
#include "support/catch.hpp"

using namespace sumi;
using namespace sumi::testing;

namespace {

std::vector<std::string> all_but(const std::string& wanted) {
  std::vector<std::string> names;
  for (const plan::Pass& pass : plan::passes()) {
    if (pass.name != wanted) names.emplace_back(pass.name);
  }
  return names;
}

std::vector<std::string> op_names(const graph::Graph& graph) {
  std::vector<std::string> names;
  for (const graph::Op& op : graph.ops) names.emplace_back(graph::name_of(op.attributes));
  return names;
}

std::int64_t count(const std::vector<std::string>& names, const std::string& name) {
  return std::count(names.begin(), names.end(), name);
}

// Sums of at most 32 * 9 products of numbers below 1, in another order: an absolute difference far above
// 288 * 2^-24 (1.7e-5) of the largest would be a wrong number, not rounding.
void check_same(const std::vector<float>& a, const std::vector<float>& b, float bound = 5e-5F) {
  REQUIRE(a.size() == b.size());
  float scale = 1;
  for (const float v : a) scale = std::max(scale, std::abs(v));
  for (std::size_t i = 0; i < a.size(); ++i) REQUIRE(std::abs(a[i] - b[i]) <= bound * scale);
}

void check_same(const Outcome& a, const Outcome& b) {
  check_same(a.y_pred, b.y_pred);
  check_same(a.gradients, b.gradients);
  check_same(a.parameters, b.parameters);
  CHECK(a.loss == Approx(b.loss).epsilon(1e-5));
}

graph::Graph optimized(const std::vector<Layer>& layers, const Shape& input, bool training,
                       const std::vector<std::string>& disabled) {
  ModelGraph model = make_model_graph(layers, input, training);
  plan::optimize(model.graph, {backend::reference(), model.kept(), 1}, disabled);
  return model.graph;
}

}  // namespace

TEST_CASE("each pass alone gives the same numbers, and all together do") {
  const Shape input = {3, 12, 12, 1};
  const Outcome plain = run_model_graph(make_model_graph(small_cnn(), input, true), backend::cpu(), all_but(""));
  const Outcome reference =
      run_model_graph(make_model_graph(small_cnn(), input, true), backend::reference(), all_but(""));
  check_same(plain, reference);
  for (const std::string name : {"fuse_bias", "choose_layouts"}) {
    INFO(name);
    check_same(run_model_graph(make_model_graph(small_cnn(), input, true), backend::cpu(), all_but(name)), plain);
  }
  std::vector<std::string> others = all_but("");
  for (const char* name : {"fuse_bias", "fuse_relu", "fuse_bias_gradient"}) std::erase(others, name);
  const Outcome some = run_model_graph(make_model_graph(small_cnn(), input, true), backend::cpu(), others);
  check_same(some, plain);
  CHECK(some.steps == plain.steps - 4 /* biases */ - 3 /* relus */ - 2 /* bias gradients of convolutions */);
  const Outcome blocked = run_model_graph(make_model_graph(small_cnn(), input, true), backend::cpu(), {});
  check_same(blocked, plain);
}

TEST_CASE("inference: the same numbers in fewer steps") {
  const Shape input = {2, 12, 12, 1};
  const Outcome plain = run_model_graph(make_model_graph(small_cnn(), input, false), backend::reference(), all_but(""));
  const Outcome fused = run_model_graph(make_model_graph(small_cnn(), input, false), backend::cpu(), {});
  check_same(plain.y_pred, fused.y_pred);
}

TEST_CASE("fuse_bias makes the bias an operand") {
  const auto names = op_names(optimized({Dense{.units = 3, .name = "d"}}, {2, 4}, false, all_but("fuse_bias")));
  CHECK(names == std::vector<std::string>{"matmul"});
}

TEST_CASE("fuse_bias makes the bias an operand of a transposed convolution, and of no gradient") {
  const std::vector<Layer> layers = {
      Conv2DTranspose{.filters = 4, .kernel_size = 3, .strides = 2, .activation = "relu", .name = "t"},
      Conv2D{.filters = 3, .kernel_size = 2, .name = "c"}, GlobalAveragePooling2D{.name = "g"}, Softmax{.name = "s"}};
  const Shape input = {2, 5, 4, 3};
  CHECK(op_names(optimized({layers[0]}, input, false, all_but("fuse_bias"))) ==
        std::vector<std::string>{"conv2d_backward_data", "activate"});
  const graph::Graph graph = optimized(layers, input, true, all_but("fuse_bias"));
  std::vector<bool> biased;
  for (const graph::Op& op : graph.ops) {
    if (!std::holds_alternative<graph::Conv2dBackwardData>(op.attributes)) continue;
    biased.push_back(op.inputs.size() > 2 && op.inputs[2] != graph::none);
  }
  CHECK(biased == std::vector<bool>{true, false});
  for (backend::Backend* backend : {&backend::cpu(), &backend::reference()}) {
    check_same(run_model_graph(make_model_graph(layers, input, true), *backend, all_but("fuse_bias")),
               run_model_graph(make_model_graph(layers, input, true), backend::reference(), all_but("")));
  }
}

TEST_CASE("fuse_relu needs the bias fused before it") {
  const std::vector<Layer> layers = {Dense{.units = 3, .activation = "relu", .name = "d"}};
  CHECK(op_names(optimized(layers, {2, 4}, false, all_but("fuse_relu"))) ==
        std::vector<std::string>{"matmul", "add_bias", "activate"});
  CHECK(op_names(optimized(layers, {2, 4}, false, {})) == std::vector<std::string>{"matmul"});
}

TEST_CASE("relu is not fused when its input is kept") {
  ModelGraph model =
      make_model_graph({Dense{.units = 3, .use_bias = false, .name = "d"}, ReLU{.name = "r"}}, {2, 4}, false);
  plan::PassContext context{backend::reference(), model.kept(), 1};
  context.kept.push_back(model.graph.ops[0].outputs[0]);
  plan::fuse_relu(model.graph, context);
  CHECK(op_names(model.graph) == std::vector<std::string>{"matmul", "activate"});
}

TEST_CASE("relu is not fused when it has a slope, a limit or a threshold") {
  for (const Layer& layer : {Layer(ReLU{.negative_slope = 0.1, .name = "r"}),
                             Layer(ReLU{.max_value = 6.0, .name = "r"}), Layer(ReLU{.threshold = 1.0, .name = "r"})}) {
    const auto names = op_names(optimized({Dense{.units = 3, .name = "d"}, layer}, {2, 4}, false, {}));
    CHECK(names == std::vector<std::string>{"matmul", "activate"});
  }
}

TEST_CASE("the bias gradient is taken with the weight gradient of the same convolution") {
  std::vector<std::string> others = all_but("fuse_bias");
  for (const char* name : {"fuse_relu", "fuse_bias_gradient"}) std::erase(others, name);
  const auto names = op_names(optimized(small_cnn(), {2, 12, 12, 1}, true, others));
  CHECK(count(names, "conv2d_backward_weights") == 2);
  CHECK(count(names, "sum_to_bias") == 2);  // those of the dense layers
  CHECK(count(names, "conv2d_backward_data") == 1);
}

TEST_CASE("images stay blocked from convolution to convolution") {
  ModelGraph model = make_model_graph(small_cnn(), {2, 12, 12, 1}, true);
  plan::optimize(model.graph, {backend::cpu(), model.kept(), 1});
  const auto names = op_names(model.graph);
  const auto is_blocked = [](const graph::ValueInfo& value) { return value.layout != graph::Layout::plain; };
  const std::vector<graph::ValueInfo>& values = model.graph.values;
  if (std::none_of(values.begin(), values.end(), is_blocked)) return;  // this machine prefers plain images
  // One way in (the gradient behind Flatten), one way out (Flatten): nothing in between.
  CHECK(count(names, "reorder") == 2);
}

TEST_CASE("what a plan hands out is plain, even where a convolution made it") {
  for (const std::int64_t filters : {16, 32}) {
    const std::vector<Layer> layers = {Conv2D{.filters = 32, .kernel_size = 3, .name = "conv"},
                                       Conv2D{.filters = filters, .kernel_size = 3, .name = "conv_1"}};
    const Shape input = {2, 12, 12, 16};
    check_same(run_model_graph(make_model_graph(layers, input, false), backend::cpu(), {}),
               run_model_graph(make_model_graph(layers, input, false), backend::reference(), all_but("")));
  }
}

TEST_CASE("an unknown pass can't be disabled") {
  ModelGraph model = make_model_graph({Dense{.units = 3, .name = "d"}}, {2, 4}, false);
  CHECK_THROWS_AS(plan::optimize(model.graph, {backend::reference(), model.kept(), 1}, {"fuse_everything"}),
                  ArgumentError);
}
