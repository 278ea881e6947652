// Gradients of element-wise functions, against differences.
#include "support/numeric_gradient.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::testing::check_gradients;
using sumi::testing::Experiment;
using sumi::testing::fill;

TEST_CASE("gradients of all activations") {
  struct Case {
    ActivationKind kind;
    ActivationArguments arguments;
  };
  using Kind = ActivationKind;
  const std::vector<Case> cases = {
      {Kind::linear, {}},
      {Kind::relu, {}},
      {Kind::relu, {.max_value = 2.0}},
      {Kind::relu, {.negative_slope = 0.2}},
      {Kind::relu, {.threshold = 0.5}},
      {Kind::relu, {.negative_slope = 0.2, .max_value = 4.0, .threshold = 1.5}},
      {Kind::relu6, {}},
      {Kind::leaky_relu, {.negative_slope = 0.3}},
      {Kind::elu, {}},
      {Kind::elu, {.alpha = 0.7}},
      {Kind::selu, {}},
      {Kind::celu, {}},
      {Kind::celu, {.alpha = 1.7}},
      {Kind::gelu, {}},
      {Kind::gelu_tanh, {}},
      {Kind::silu, {}},
      {Kind::sigmoid, {}},
      {Kind::tanh, {}},
      {Kind::exponential, {}},
      {Kind::softplus, {}},
      {Kind::softsign, {}},
      {Kind::hard_sigmoid, {}},
      {Kind::hard_silu, {}},
      {Kind::hard_tanh, {}},
      {Kind::mish, {}},
      {Kind::log_sigmoid, {}},
      {Kind::squareplus, {.alpha = 4.0}},
      {Kind::soft_shrink, {.threshold = 0.5}},
      {Kind::hard_shrink, {.threshold = 0.5}},
      {Kind::tanh_shrink, {}},
      {Kind::threshold, {.threshold = 1.0}},
      {Kind::sparse_plus, {}},
      {Kind::sparse_sigmoid, {}},
  };
  for (const Case& c : cases) {
    INFO(ActivationFunction(c.kind).name());
    Experiment e;
    // From -7 to 7, between the corners of all of these functions.
    const ValueId x = e.weight({101}, fill({101}, 1, 7.0, 0.013));
    check_gradients(e, e.op(Activate{c.kind, c.arguments}, {x}));
  }
}

TEST_CASE("ReLU passes nothing at zero") {
  Experiment e;
  const ValueId x = e.weight({3}, {-1.0, 0.0, 2.0});
  const auto gradients = e.run_backward(e.pattern_loss(e.op(Activate{ActivationKind::relu, {}}, {x})));
  const std::vector<double>& dx = e.at(gradients[static_cast<std::size_t>(x)]);
  CHECK(dx[0] == 0.0);
  CHECK(dx[1] == 0.0);
  CHECK(dx[2] == fill({3}, 2)[2]);
}

TEST_CASE("an activation's backward keeps its output where it can, so that the input needn't live") {
  for (const auto kind : {ActivationKind::relu, ActivationKind::gelu}) {
    Experiment e;
    const ValueId x = e.weight({3}, {-1.0, 0.5, 2.0});
    const ValueId y = e.op(Activate{kind, {}}, {x});
    append_backward(e.graph, e.pattern_loss(y), e.trainable);
    const Op& backward = e.graph.ops.back();
    REQUIRE(std::holds_alternative<ActivateBackward>(backward.attributes));
    CHECK(backward.inputs[0] == (kind == ActivationKind::relu ? y : x));
  }
  CHECK_FALSE(reads_output(ActivationKind::relu, {.negative_slope = 0.1}));
  CHECK_FALSE(reads_output(ActivationKind::relu, {.threshold = 0.1}));
  CHECK(reads_output(ActivationKind::sigmoid, {}));
}
