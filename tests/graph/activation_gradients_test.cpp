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
      {Kind::threshold, {.threshold = 1.0, .default_value = -2.0}},
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

TEST_CASE("gradients of prelu, for x and for slopes that are shared along any axes") {
  for (const Shape& alpha : {Shape{3, 2, 4}, Shape{1, 1, 4}, Shape{3, 1, 4}, Shape{1, 2, 1}, Shape{1, 1, 1}}) {
    for (const bool x_is_trained : {true, false}) {
      INFO(to_string(alpha));
      Experiment e;
      const ValueId x = e.weight({2, 3, 2, 4}, fill({2, 3, 2, 4}, 1, 2.0, 0.013), x_is_trained);
      check_gradients(e, e.op(PRelu{}, {x, e.weight(alpha, fill(alpha, 3))}));
    }
  }
}

TEST_CASE("gradients of glu and sparsemax") {
  for (const Shape& shape : {Shape{3, 2}, Shape{1, 8}, Shape{2, 3, 6}}) {
    INFO(to_string(shape));
    Experiment glu;
    check_gradients(glu, glu.op(Glu{}, {glu.weight(shape, fill(shape, 1, 2.0, 0.1))}));
    Experiment sparse;
    check_gradients(sparse, sparse.op(Sparsemax{}, {sparse.weight(shape, fill(shape, 1, 0.7, 0.1))}));
  }
}

TEST_CASE("PReLU passes nothing at zero, to x as to its slope") {
  Experiment e;
  const ValueId x = e.weight({1, 3}, {-1.0, 0.0, 2.0});
  const ValueId alpha = e.weight({3}, {0.25, 0.25, 0.25});
  const auto gradients = e.run_backward(e.pattern_loss(e.op(PRelu{}, {x, alpha})));
  const std::vector<double> upstream = fill({1, 3}, 2);
  CHECK(e.at(gradients[static_cast<std::size_t>(x)]) == std::vector<double>{0.25 * upstream[0], 0.0, upstream[2]});
  CHECK(e.at(gradients[static_cast<std::size_t>(alpha)]) == std::vector<double>{-upstream[0], 0.0, 0.0});
}
