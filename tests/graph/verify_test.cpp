// Broken graphs are recognised, each for its own reason.
#include <functional>
#include <stdexcept>
#include <string>

#include "graph/graph.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::test::error_text;

namespace {

// x (2,3) * w (3,4) + b, ReLU; its ids are 0 to 4.
Graph small_graph() {
  Graph graph;
  graph.add_value({2, 3}, Role::input, "x");
  const auto weight = [&](Shape shape, const char* name, int index) {
    const ValueId id = graph.add_value(std::move(shape), Role::parameter, name);
    graph.values.back().parameter = index;
    return id;
  };
  weight({3, 4}, "w", 0);
  weight({4}, "b", 1);
  graph.add_value({2, 4}, Role::temporary, "product");
  graph.add_value({2, 4}, Role::temporary, "y");
  graph.ops.push_back({MatMul{}, {0, 1, 2}, {3}, "dense"});
  graph.ops.push_back({Activate{ActivationKind::relu, {}}, {3}, {4}, "dense"});
  return graph;
}

std::string complaint(const std::function<void(Graph&)>& damage) {
  Graph graph = small_graph();
  damage(graph);
  return error_text<std::logic_error>([&] { verify(graph); });
}

}  // namespace

TEST_CASE("a sound graph passes") {
  CHECK_NOTHROW(verify(small_graph()));
  CHECK_NOTHROW(verify(Graph{}));
}

TEST_CASE("a value that is read before it exists") {
  CHECK(complaint([](Graph& g) { std::swap(g.ops[0], g.ops[1]); }) ==
        "broken graph: 'product' is read before it exists in op 0 (activate of layer 'dense')");
}

TEST_CASE("a value that is written twice") {
  CHECK(complaint([](Graph& g) { g.ops[1].outputs = {3}; }) ==
        "broken graph: 'product' is written twice in op 1 (activate of layer 'dense')");
}

TEST_CASE("a value from outside that is written") {
  CHECK(complaint([](Graph& g) {
          g.values[0].shape = {2, 4};
          g.values[1].shape = {4, 4};
          g.ops[1].outputs = {0};
        }) == "broken graph: 'x' is written, but comes from outside in op 1 (activate of layer 'dense')");
}

TEST_CASE("wrong shapes") {
  CHECK(complaint([](Graph& g) {
          g.values[4].shape = {2, 5};
        }) == "broken graph: output 0 of shape (2, 5) should have shape (2, 4) in op 1 (activate of layer 'dense')");
  CHECK(complaint([](Graph& g) { g.values[2].shape = {5}; }) ==
        "broken graph: Expected the bias of matmul of shape (4,). Received shape (5,). in op 0 (matmul of layer "
        "'dense')");
  CHECK(complaint([](Graph& g) {
          g.ops[1].attributes = Reshape{};
          g.values[4].shape = {7};
        }) == "broken graph: shapes of the operands don't fit together in op 1 (reshape of layer 'dense')");
}

TEST_CASE("missing and surplus operands") {
  const std::string inputs = "broken graph: missing or surplus inputs in op 0 (matmul of layer 'dense')";
  CHECK(complaint([](Graph& g) { g.ops[0].inputs = {0}; }) == inputs);
  CHECK(complaint([](Graph& g) { g.ops[0].inputs = {0, none, 2}; }) == inputs);
  CHECK(complaint([](Graph& g) { g.ops[0].inputs = {0, 1, 2, 2}; }) == inputs);
  CHECK(complaint([](Graph& g) {
          g.ops[0].inputs = {0, 1, 99};
        }) == "broken graph: unknown value 99 in op 0 (matmul of layer 'dense')");
  CHECK(complaint([](Graph& g) { g.ops[0].outputs = {}; }) ==
        "broken graph: missing or surplus outputs in op 0 (matmul of layer 'dense')");
  CHECK(complaint([](Graph& g) { g.ops[0].inputs = {0, 1}; }) == "no error");  // the bias may be left out
  CHECK(complaint([](Graph& g) {
          g.ops.push_back({Add{}, {4, none}, {g.add_value({2, 4})}, "sum"});
        }) == "broken graph: missing or surplus inputs in op 2 (add of layer 'sum')");
}

TEST_CASE("gradients must fit a parameter, one each") {
  const auto add_gradient = [](Graph& g, Shape shape, int parameter) {
    const ValueId id = g.add_value(std::move(shape), Role::gradient, "d(w)");
    g.values.back().parameter = parameter;
    return id;
  };
  CHECK(complaint([&](Graph& g) { add_gradient(g, {3, 4}, 0); }) == "no error");
  CHECK(complaint([&](Graph& g) {
          add_gradient(g, {4, 3}, 0);
        }) == "broken graph: gradient 'd(w)' of shape (4, 3) fits no parameter");
  CHECK(complaint([&](Graph& g) {
          add_gradient(g, {3, 4}, -1);
        }) == "broken graph: value 'd(w)' has a wrong parameter index");
  CHECK(complaint([&](Graph& g) {
          add_gradient(g, {3, 4}, 0);
          add_gradient(g, {3, 4}, 0);
        }) == "broken graph: two gradients of parameter 'd(w)'");
  CHECK(complaint([](Graph& g) { g.values[3].parameter = 0; }) ==
        "broken graph: value 'product' has a wrong parameter index");
}

TEST_CASE("only images whose channels fill blocks can be blocked") {
  CHECK(complaint([](Graph& g) { g.values[3].layout = Layout::blocked8; }) ==
        "broken graph: value 'product' of shape (2, 4) can't be blocked");
  Graph graph;
  graph.add_value({1, 2, 2, 12}, Role::input, "x");
  graph.values[0].layout = Layout::blocked8;
  CHECK_THROWS_AS(verify(graph), std::logic_error);
  graph.values[0].shape[3] = 16;
  CHECK_NOTHROW(verify(graph));
}

TEST_CASE("batch norm may write its moving values, and nothing else may") {
  Graph graph;
  const auto parameter = [&](int index) {
    const ValueId id = graph.add_value({3}, Role::parameter, "moving" + std::to_string(index));
    graph.values.back().parameter = index;
    return id;
  };
  const ValueId x = graph.add_value({4, 3}, Role::input, "x");
  const ValueId mean = parameter(0);
  const ValueId variance = parameter(1);
  const ValueId y = graph.add_value({4, 3});
  const ValueId batch_mean = graph.add_value({3});
  const ValueId inv_std = graph.add_value({3});
  const ValueId new_mean = parameter(0);
  const ValueId new_variance = parameter(1);
  graph.ops.push_back({BatchNorm{1, 0.99, 1e-3, true, std::nullopt},
                       {x, none, none, mean, variance, none, none, none, none},
                       {y, batch_mean, inv_std, new_mean, new_variance},
                       "bn"});
  CHECK_NOTHROW(verify(graph));
  std::swap(graph.ops[0].outputs[3], graph.ops[0].outputs[4]);  // each into the other's place
  CHECK_THROWS_AS(verify(graph), std::logic_error);
}

TEST_CASE("backward ops must fit the forward op") {
  Graph graph;
  const ValueId x = graph.add_value({1, 4, 4, 2}, Role::input, "x");
  const ValueId dy = graph.add_value({1, 3, 3, 5}, Role::input, "dy");
  const ValueId dkernel = graph.add_value({2, 2, 2, 5});
  const ValueId dbias = graph.add_value({5});
  const Window window{.kernel_h = 2, .kernel_w = 2};
  graph.ops.push_back({Conv2dBackwardWeights{window, 1}, {x, dy}, {dkernel, dbias}, "conv"});
  CHECK_NOTHROW(verify(graph));
  graph.values[static_cast<std::size_t>(dbias)].shape = {4};
  CHECK_THROWS_AS(verify(graph), std::logic_error);
  graph.values[static_cast<std::size_t>(dbias)].shape = {5};
  graph.values[static_cast<std::size_t>(dy)].shape = {1, 2, 2, 5};
  CHECK_THROWS_AS(verify(graph), std::logic_error);
}
