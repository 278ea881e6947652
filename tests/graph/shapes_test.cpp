// Shape rules: what they give and what they refuse. Names and small facts of ops.
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

#include "graph/graph.hpp"
#include "sumi/custom_op.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::test::error_text;

namespace {

std::vector<Shape> of(const Attributes& attributes, const std::vector<Shape>& inputs) {
  return output_shapes(attributes, inputs);
}

Conv2d conv(Window window, int groups = 1) { return {window, groups, ActivationKind::linear}; }

template <std::size_t... I>
std::vector<Attributes> one_of_each(std::index_sequence<I...> /*indices*/) {
  return {Attributes(std::in_place_index<I>)...};
}

}  // namespace

TEST_CASE("every op has a name of its own") {
  std::set<std::string> names;
  for (const Attributes& attributes : one_of_each(std::make_index_sequence<std::variant_size_v<Attributes>>())) {
    names.insert(name_of(attributes));
  }
  CHECK(names.size() == std::variant_size_v<Attributes>);
  CHECK(std::string(name_of(Conv2d{})) == "conv2d");
  CHECK(std::string(name_of(Conv2dBackwardWeights{})) == "conv2d_backward_weights");
  CHECK(std::string(name_of(MatMul{})) == "matmul");
  CHECK(std::string(name_of(BatchNormBackward{})) == "batch_norm_backward");
  CHECK(std::string(name_of(Softmax{})) == "softmax");
  CHECK(std::string(name_of(ReduceLossBackward{})) == "reduce_loss_backward");
  CHECK(std::string(name_of(CustomBackward{})) == "custom_backward");
}

TEST_CASE("block sizes of layouts") {
  CHECK(block_of(Layout::plain) == 0);
  CHECK(block_of(Layout::blocked8) == 8);
  CHECK(block_of(Layout::blocked16) == 16);
}

TEST_CASE("shapes of convolutions") {
  CHECK(of(conv({.kernel_h = 3, .kernel_w = 3}), {{2, 28, 28, 1}, {3, 3, 1, 32}, {32}})[0] == Shape{2, 26, 26, 32});
  CHECK(of(conv({.kernel_h = 3, .kernel_w = 2, .stride_h = 2, .stride_w = 2, .pad_bottom = 1}),
           {{1, 6, 5, 2}, {3, 2, 2, 4}, {}})[0] == Shape{1, 3, 2, 4});
  CHECK(of(conv({.kernel_h = 3, .kernel_w = 3, .dilation_h = 2, .dilation_w = 3}, 2),
           {{1, 5, 7, 4}, {3, 3, 2, 6}, {}})[0] == Shape{1, 1, 1, 6});
}

TEST_CASE("convolutions refuse what does not fit") {
  const Window three{.kernel_h = 3, .kernel_w = 3};
  CHECK_THROWS_AS(of(conv(three), {{1, 2, 5, 1}, {3, 3, 1, 1}, {}}), ShapeError);     // image too small
  CHECK_THROWS_AS(of(conv(three), {{2, 28, 28}, {3, 3, 1, 1}, {}}), ShapeError);      // no image
  CHECK_THROWS_AS(of(conv(three), {{1, 5, 5, 1}, {3, 3, 1}, {}}), ShapeError);        // no kernel
  CHECK_THROWS_AS(of(conv(three), {{1, 5, 5, 1}, {2, 3, 1, 1}, {}}), ShapeError);     // other window
  CHECK_THROWS_AS(of(conv(three), {{1, 5, 5, 2}, {3, 3, 3, 1}, {}}), ShapeError);     // channels
  CHECK_THROWS_AS(of(conv(three, 2), {{1, 5, 5, 4}, {3, 3, 2, 3}, {}}), ShapeError);  // 3 filters, 2 groups
  CHECK_THROWS_AS(of(conv(three, 0), {{1, 5, 5, 4}, {3, 3, 2, 4}, {}}), ShapeError);  // no group
  CHECK_THROWS_AS(of(conv(three), {{1, 5, 5, 1}, {3, 3, 1, 2}, {3}}), ShapeError);    // bias
  CHECK_THROWS_AS(of(conv({.kernel_h = 1, .kernel_w = 1, .stride_w = 0}), {{1, 5, 5, 1}, {1, 1, 1, 1}, {}}),
                  ArgumentError);
  CHECK(error_text([&] {
          of(conv(three), {{1, 2, 5, 1}, {3, 3, 1, 1}, {}});
        }) ==
        "Computed output size would be zero or negative. Expected an input of conv2d that is at least as large as the "
        "window. Received: input shape (1, 2, 5, 1), window (3, 3), dilation (1, 1).");
}

TEST_CASE("shapes of matrix products") {
  CHECK(of(MatMul{}, {{2, 3}, {3, 5}, {5}})[0] == Shape{2, 5});
  CHECK(of(MatMul{true, false, ActivationKind::linear}, {{3, 2}, {3, 5}, {}})[0] == Shape{2, 5});
  CHECK(of(MatMul{false, true, ActivationKind::linear}, {{2, 3}, {5, 3}, {}})[0] == Shape{2, 5});
  CHECK_THROWS_AS(of(MatMul{}, {{2, 3}, {2, 5}, {}}), ShapeError);
  CHECK_THROWS_AS(of(MatMul{}, {{2, 3, 1}, {3, 5}, {}}), ShapeError);
  CHECK_THROWS_AS(of(MatMul{}, {{2, 3}, {3, 5}, {3}}), ShapeError);
  CHECK(
      error_text([] {
        of(MatMul{true, false, ActivationKind::linear}, {{2, 3}, {3, 5}, {}});
      }) ==
      "Expected operands of matmul whose inner dimensions are equal. Received shapes (2, 3) (transposed) and (3, 5).");
}

TEST_CASE("shapes of pooling") {
  const Window two{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
  CHECK(of(MaxPool2d{two}, {{2, 11, 11, 64}})[0] == Shape{2, 5, 5, 64});
  CHECK(of(AvgPool2d{two}, {{2, 4, 5, 3}})[0] == Shape{2, 2, 2, 3});
  CHECK_THROWS_AS(of(MaxPool2d{two}, {{2, 1, 5, 3}}), ShapeError);
  CHECK_THROWS_AS(of(AvgPool2d{two}, {{2, 5, 3}}), ShapeError);
  // A window that lies in the padding alone has no largest element.
  CHECK_THROWS_AS(of(MaxPool2d{{.kernel_h = 2, .kernel_w = 2, .pad_top = 2}}, {{1, 5, 5, 1}}), ArgumentError);
}

TEST_CASE("shapes of batch norm") {
  BatchNorm op{1, 0.99, 1e-3, false, std::nullopt};
  const std::vector<Shape> inputs = {{4, 3}, {3}, {}, {3}, {3}, {}, {}, {}, {}};
  CHECK(of(op, inputs) == std::vector<Shape>{{4, 3}});
  op.training = true;
  CHECK(of(op, inputs) == std::vector<Shape>{{4, 3}, {3}, {3}, {3}, {3}});
  op.renorm = Renorm{};
  CHECK_THROWS_AS(of(op, inputs), ShapeError);  // its moving values are missing
  CHECK(of(op, {{4, 3}, {3}, {3}, {3}, {3}, {4}, {3}, {3}, {3}}).size() == 10);
  op.renorm.reset();
  CHECK_THROWS_AS(of(op, {{4, 3}, {4}, {}, {3}, {3}}), ShapeError);      // gamma
  CHECK_THROWS_AS(of(op, {{4, 3}, {}, {}, {}, {3}}), ShapeError);        // no moving mean
  CHECK_THROWS_AS(of(op, {{4, 3}, {}, {}, {3}, {3}, {3}}), ShapeError);  // mask
  CHECK_THROWS_AS(of(BatchNorm{2, 0.99, 1e-3, false, std::nullopt}, {{4, 3}, {}, {}, {3}, {3}}), ShapeError);
}

TEST_CASE("shapes of ops that keep the shape") {
  CHECK(of(AddBias{}, {{2, 3}, {3}})[0] == Shape{2, 3});
  CHECK_THROWS_AS(of(AddBias{}, {{2, 3}, {2}}), ShapeError);
  CHECK_THROWS_AS(of(AddBias{}, {{}, {}}), ShapeError);
  CHECK(of(Activate{ActivationKind::relu, {}}, {{2, 3}})[0] == Shape{2, 3});
  CHECK_THROWS_AS(of(Activate{ActivationKind::softmax, {}}, {{2, 3}}), std::logic_error);
  CHECK(of(Dropout{0.5, {2, 1}, 0}, {{2, 3}})[0] == Shape{2, 3});
  CHECK_THROWS_AS(of(Dropout{0.5, {2, 2}, 0}, {{2, 3}}), ShapeError);
  CHECK_THROWS_AS(of(Dropout{0.5, {3}, 0}, {{2, 3}}), ShapeError);
  CHECK(of(sumi::graph::GaussianNoise{0.5, true, 0}, {{2, 3}})[0] == Shape{2, 3});
  CHECK(of(RandomAffine{{}, {6, 7}, 0}, {{2, 4, 5, 3}})[0] == Shape{2, 6, 7, 3});
  CHECK_THROWS_AS(of(RandomAffine{{}, {6, 7}, 0}, {{4, 5, 3}}), ShapeError);
  CHECK(of(sumi::graph::RandomCrop{{4, 2}, 0}, {{2, 4, 5, 3}})[0] == Shape{2, 4, 2, 3});
  CHECK_THROWS_AS(of(sumi::graph::RandomCrop{{4, 6}, 0}, {{2, 4, 5, 3}}), ShapeError);
  CHECK(of(RandomErase{{.fill = {1, 2, 3}}, 0}, {{2, 4, 5, 3}})[0] == Shape{2, 4, 5, 3});
  CHECK_THROWS_AS(of(RandomErase{{.fill = {1, 2, 3}}, 0}, {{2, 4, 5, 1}}), ShapeError);
  CHECK(of(Softmax{{0, 1}, false}, {{2, 3}, {}})[0] == Shape{2, 3});
  CHECK_THROWS_AS(of(Softmax{{2}, false}, {{2, 3}, {}}), ShapeError);
  CHECK_THROWS_AS(of(Softmax{{1, 1}, false}, {{2, 3}, {}}), ShapeError);
  CHECK_THROWS_AS(of(Softmax{{}, false}, {{2, 3}, {}}), ShapeError);
  CHECK_THROWS_AS(of(Softmax{{1}, false}, {{2, 3}, {2}}), ShapeError);
  CHECK(of(Affine{{1, 2, 3}, {0}}, {{2, 3}})[0] == Shape{2, 3});
  CHECK_THROWS_AS(of(Affine{{1, 2}, {0}}, {{2, 3}}), ShapeError);
  CHECK_THROWS_AS(of(Affine{{1}, {}}, {{2, 3}}), ShapeError);
  CHECK(of(Add{}, {{2, 3}, {2, 3}, {2, 3}})[0] == Shape{2, 3});
  CHECK_THROWS_AS(of(Add{}, {{2, 3}, {3, 2}}), ShapeError);
  CHECK_THROWS_AS(of(Multiply{}, {{2, 3}, {3}}), ShapeError);
}

TEST_CASE("shapes of transposition") {
  CHECK(of(Transpose{{0, 3, 1, 2}}, {{2, 3, 4, 5}})[0] == Shape{2, 5, 3, 4});
  CHECK_THROWS_AS(of(Transpose{{0, 1}}, {{2, 3, 4}}), ShapeError);
  CHECK_THROWS_AS(of(Transpose{{0, 0, 1}}, {{2, 3, 4}}), ShapeError);
}

TEST_CASE("shapes of losses") {
  CrossEntropy sparse;
  CHECK(of(sparse, {{5, 10}, {5}}) == std::vector<Shape>{{5}});
  CHECK(of(sparse, {{5, 10}, {5, 1}}) == std::vector<Shape>{{5}});
  CHECK_THROWS_AS(of(sparse, {{5, 10}, {4}}), ShapeError);
  CHECK_THROWS_AS(of(sparse, {{}, {}}), ShapeError);
  sparse.ignore_class = -1;
  CHECK(of(sparse, {{5, 7, 10}, {5, 7}}) == std::vector<Shape>{{5, 7}, {5, 7}});
  CrossEntropy dense{false, false, 0.0, std::nullopt};
  CHECK(of(dense, {{5, 10}, {5, 10}}) == std::vector<Shape>{{5}});
  CHECK(
      error_text([&] {
        of(dense, {{5, 10}, {5, 9}});
      }) ==
      "Arguments `target` and `output` must have the same shape. Received: target.shape=(5, 9), output.shape=(5, 10)");
  dense.ignore_class = 0;
  CHECK_THROWS_AS(of(dense, {{5, 10}, {5, 10}}), ArgumentError);

  CHECK(of(PointwiseLoss{}, {{5, 2}, {5, 2}})[0] == Shape{5});
  CHECK_THROWS_AS(of(PointwiseLoss{}, {{5, 2}, {5}}), ShapeError);

  CHECK(of(ReduceLoss{}, {{5, 3}, {5, 1}, {5, 3}})[0].empty());
  CHECK_THROWS_AS(of(ReduceLoss{}, {{5, 3}, {5}, {}}), ShapeError);  // Keras doesn't expand (N) against (N, T) either
  CHECK_THROWS_AS(of(ReduceLoss{}, {{5}, {5, 1}, {}}), ShapeError);
  CHECK_THROWS_AS(of(ReduceLoss{}, {{5, 3}, {5, 1}, {5}}), ShapeError);
  CHECK(of(Penalty{}, {{5, 3}})[0].empty());
}

TEST_CASE("a custom op gives its own shape, and must be whole") {
  const auto op = std::make_shared<CustomOp>();
  CHECK_THROWS_AS(of(Custom{op}, {{2}}), ArgumentError);
  CHECK_THROWS_AS(of(Custom{}, {{2}}), ArgumentError);
  op->output_shape = [](const std::vector<Shape>& shapes) { return Shape{shapes[0][0], 9}; };
  op->forward = [](const std::vector<ConstTensorView>&, TensorView&) {};
  CHECK(of(Custom{op}, {{2}})[0] == Shape{2, 9});
}

TEST_CASE("margins and factors of images") {
  CHECK(of(Pad2d{{{1, 0}, {0, 2}}}, {{1, 2, 3, 4}})[0] == Shape{1, 3, 5, 4});
  CHECK(of(Crop2d{{{1, 0}, {0, 2}}}, {{1, 2, 3, 4}})[0] == Shape{1, 1, 1, 4});
  CHECK(of(Upsample2d{{2, 3}}, {{1, 2, 3, 4}})[0] == Shape{1, 4, 9, 4});
  CHECK_THROWS_AS(of(Crop2d{{1, 0}}, {{1, 2, 3, 4}}), ShapeError);
  CHECK_THROWS_AS(of(Pad2d{{0, {-1, 1}}}, {{1, 2, 3, 4}}), ShapeError);
  CHECK_THROWS_AS(of(Pad2d{1}, {{2, 3, 4}}), ShapeError);
  CHECK_THROWS_AS(of(Upsample2d{{0, 1}}, {{1, 2, 3, 4}}), ShapeError);
}

TEST_CASE("backward ops and reshapes have no shape rule") {
  CHECK_THROWS_AS(of(Conv2dBackwardData{}, {{1, 1, 1, 1}, {1, 1, 1, 1}}), std::logic_error);
  CHECK_THROWS_AS(of(Reshape{}, {{1}}), std::logic_error);
}
