// What the backward of a whole graph computes, and what it leaves out.
#include <algorithm>
#include <memory>

#include "sumi/custom_op.hpp"
#include "support/error_text.hpp"
#include "support/numeric_gradient.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::test::error_text;
using sumi::testing::check_loss_gradients;
using sumi::testing::Experiment;
using sumi::testing::fill;

namespace {

template <class Kind>
std::size_t count_of(const Graph& graph) {
  return static_cast<std::size_t>(std::count_if(
      graph.ops.begin(), graph.ops.end(), [](const Op& op) { return std::holds_alternative<Kind>(op.attributes); }));
}

// Images through two convolutions, batch norm, ReLU and pooling, flattened into a classifier.
struct Network {
  explicit Network(Experiment& e) {
    const Window window{.kernel_h = 2, .kernel_w = 2};
    x = e.feed({2, 6, 6, 1}, fill({2, 6, 6, 1}, 1));
    kernel_1 = e.weight({2, 2, 1, 3}, fill({2, 2, 1, 3}, 3));
    bias_1 = e.weight({3}, fill({3}, 4));
    gamma = e.weight({3}, fill({3}, 5, 0.5, 1.0));
    beta = e.weight({3}, fill({3}, 6));
    kernel_2 = e.weight({2, 2, 3, 2}, fill({2, 2, 3, 2}, 7));
    dense = e.weight({8, 3}, fill({8, 3}, 8));
    ValueId y = e.op(Conv2d{window, 1, ActivationKind::linear}, {x, kernel_1, none});
    y = e.op(AddBias{}, {y, bias_1});
    const ValueId mean = e.feed({3}, {0, 0, 0});
    const ValueId variance = e.feed({3}, {1, 1, 1});
    y = e.op(BatchNorm{3, 0.99, 1e-3, true, std::nullopt}, {y, gamma, beta, mean, variance, none, none, none, none});
    y = e.op(Conv2d{window, 1, ActivationKind::linear}, {y, kernel_2, none});
    y = e.op(Activate{ActivationKind::tanh, {}}, {y});
    y = e.op(MaxPool2d{{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2}}, {y});
    y = e.op_as({2, 8}, Reshape{}, {y});
    y = e.op(MatMul{}, {y, dense, none});
    const ValueId labels = e.feed({2}, {2, 0});
    const ValueId losses = e.op(CrossEntropy{true, true, 0.0, std::nullopt}, {y, labels});
    loss = e.op(ReduceLoss{}, {losses, e.feed({2}, {1.0, 0.5}), none});
  }
  ValueId x, kernel_1, bias_1, gamma, beta, kernel_2, dense, loss;
};

}  // namespace

TEST_CASE("the backward of a whole network is the gradient of its loss") {
  Experiment e;
  const Network network(e);
  check_loss_gradients(e, network.loss);
}

TEST_CASE("the input of the network gets no gradient") {
  Experiment e;
  const Network network(e);
  const std::vector<ValueId> gradients = append_backward(e.graph, network.loss, e.trainable);
  CHECK(gradients[static_cast<std::size_t>(network.x)] == none);
  CHECK(count_of<Conv2dBackwardData>(e.graph) == 1);
  CHECK(count_of<Conv2dBackwardWeights>(e.graph) == 2);
}

TEST_CASE("frozen weights get no gradient, and nothing is computed below the lowest trained one") {
  Experiment e;
  const Network network(e);
  std::vector<bool> only_dense(e.weights.size(), false);
  only_dense.back() = true;
  const std::vector<ValueId> gradients = append_backward(e.graph, network.loss, only_dense);
  verify(e.graph);
  CHECK(gradients[static_cast<std::size_t>(network.dense)] != none);
  for (const ValueId id : {network.kernel_1, network.bias_1, network.gamma, network.beta, network.kernel_2}) {
    CHECK(gradients[static_cast<std::size_t>(id)] == none);
  }
  CHECK(count_of<MatMul>(e.graph) == 2);  // forward and weight gradient
  CHECK(count_of<MaxPool2dBackward>(e.graph) == 0);
  CHECK(count_of<BatchNormBackward>(e.graph) == 0);
}

TEST_CASE("without trained weights there is no backward") {
  Experiment e;
  const Network network(e);
  const std::size_t forward_ops = e.graph.ops.size();
  const std::vector<ValueId> gradients =
      append_backward(e.graph, network.loss, std::vector<bool>(e.weights.size(), false));
  CHECK(e.graph.ops.size() == forward_ops);
  CHECK(std::all_of(gradients.begin(), gradients.end(), [](ValueId id) { return id == none; }));
}

TEST_CASE("a weight on which the loss does not depend gets no gradient") {
  Experiment e;
  const ValueId used = e.weight({2}, {1.0, 2.0});
  const ValueId unused = e.weight({2}, {3.0, 4.0});
  e.op(Activate{ActivationKind::relu, {}}, {unused});
  const std::vector<ValueId> gradients = e.run_backward(e.pattern_loss(used));
  CHECK(gradients[static_cast<std::size_t>(used)] != none);
  CHECK(gradients[static_cast<std::size_t>(unused)] == none);
}

TEST_CASE("a value with several readers gets the sum of their gradients, once") {
  Experiment e;
  const ValueId w = e.weight({2, 2}, fill({2, 2}, 1));
  const ValueId h = e.op(Activate{ActivationKind::tanh, {}}, {w});
  const ValueId left = e.op(Activate{ActivationKind::sigmoid, {}}, {h});
  const ValueId right = e.op(Activate{ActivationKind::softplus, {}}, {h});
  const ValueId y = e.op(Multiply{}, {left, right});
  check_loss_gradients(e, e.pattern_loss(y));
  CHECK(count_of<Add>(e.graph) == 1);
}

TEST_CASE("one gradient that belongs to two weights is copied for the second") {
  Experiment e;
  const ValueId a = e.weight({3}, fill({3}, 1));
  const ValueId b = e.weight({3}, fill({3}, 3));
  check_loss_gradients(e, e.pattern_loss(e.op(Add{}, {a, b})));
}

TEST_CASE("a scalar weight that is the loss gets the gradient one") {
  Experiment e;
  const ValueId w = e.weight({}, {0.5});
  const ValueId loss = e.op(Add{}, {w});
  check_loss_gradients(e, loss);
}

TEST_CASE("the gradient that passes a reshape is the same memory") {
  Experiment e;
  const ValueId w = e.weight({2, 6}, fill({2, 6}, 1));
  e.run_backward(e.pattern_loss(e.op_as({3, 4}, Reshape{}, {w})));
  CHECK(count_of<Reshape>(e.graph) == 2);
}

TEST_CASE("a frozen batch norm is differentiated with its moving moments as constants") {
  Experiment e;
  const ValueId x = e.weight({3, 2}, fill({3, 2}, 1));
  const ValueId mean = e.feed({2}, {0.5, -0.5});
  const ValueId variance = e.feed({2}, {2.0, 0.5});
  const ValueId y =
      e.op(BatchNorm{1, 0.99, 1e-3, false, std::nullopt}, {x, none, none, mean, variance, none, none, none, none});
  check_loss_gradients(e, e.pattern_loss(y));
  const auto& backward = std::get<BatchNormBackward>(e.graph.ops.back().attributes);
  CHECK_FALSE(backward.training);
  CHECK(e.graph.ops.back().inputs[2] == mean);
  CHECK(e.graph.ops.back().inputs[3] == variance);
}

TEST_CASE("fused ops can't be differentiated") {
  Experiment e;
  const ValueId a = e.weight({2, 2}, fill({2, 2}, 1));
  const ValueId loss = e.pattern_loss(e.op(MatMul{false, false, ActivationKind::relu}, {a, a, none}));
  CHECK_THROWS_AS(append_backward(e.graph, loss, e.trainable), std::logic_error);
}

TEST_CASE("backward ops have no backward") {
  Experiment e;
  const ValueId a = e.weight({2}, {1.0, 2.0});
  const Op op{SoftmaxBackward{{0}, false}, {a, a}, {a}, "layer"};
  CHECK_THROWS_AS(differentiate(e.graph, op, std::vector<ValueId>{a}, {true, true}), std::logic_error);
}

TEST_CASE("what is missing is named") {
  Experiment e;
  const ValueId w = e.weight({2}, {1.0, 2.0});
  CHECK_THROWS_AS(append_backward(e.graph, w, e.trainable), ShapeError);  // no scalar

  const auto one_way = std::make_shared<CustomOp>();
  one_way->name = "one_way";
  one_way->output_shape = [](const std::vector<Shape>& shapes) { return shapes[0]; };
  one_way->forward = [](const std::vector<ConstTensorView>& in, TensorView& out) { out = in[0]; };
  const ValueId loss = e.pattern_loss(e.op(Custom{one_way}, {w}));
  CHECK(error_text<ArgumentError>([&] { append_backward(e.graph, loss, e.trainable); }) ==
        "Custom op 'one_way' of layer 'layer' has no `backward`, but a weight before it is trained.");
}
