// Gradients of the ops of which layers are made, against differences.
#include <memory>

#include "sumi/custom_op.hpp"
#include "support/numeric_gradient.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::testing::check_gradients;
using sumi::testing::Experiment;
using sumi::testing::fill;

namespace {

ValueId random_weight(Experiment& e, Shape shape, int k) {
  std::vector<double> values = fill(shape, k);
  return e.weight(std::move(shape), std::move(values));
}

}  // namespace

TEST_CASE("gradients of conv2d with its bias") {
  struct Case {
    const char* name;
    Shape x, kernel;
    Window window;
    int groups = 1;
  };
  const std::vector<Case> cases = {
      {"one cell", {1, 1, 1, 1}, {1, 1, 1, 1}, {}},
      {"odd sizes", {2, 5, 4, 3}, {3, 2, 3, 2}, {.kernel_h = 3, .kernel_w = 2}},
      {"strides", {1, 6, 7, 2}, {3, 2, 2, 3}, {.kernel_h = 3, .kernel_w = 2, .stride_h = 2, .stride_w = 3}},
      {"dilation", {1, 7, 6, 2}, {3, 2, 2, 2}, {.kernel_h = 3, .kernel_w = 2, .dilation_h = 2, .dilation_w = 3}},
      {"asymmetric padding",
       {2, 4, 5, 2},
       {3, 4, 2, 2},
       {.kernel_h = 3, .kernel_w = 4, .pad_top = 0, .pad_left = 1, .pad_bottom = 2, .pad_right = 2}},
      {"stride and padding",
       {1, 5, 5, 1},
       {2, 2, 1, 3},
       {.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2, .pad_bottom = 1, .pad_right = 1}},
      {"groups", {1, 4, 4, 4}, {2, 2, 2, 6}, {.kernel_h = 2, .kernel_w = 2}, 2},
      {"depthwise", {1, 4, 3, 3}, {2, 2, 1, 3}, {.kernel_h = 2, .kernel_w = 2, .pad_right = 1}, 3},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    Experiment e;
    const ValueId x = random_weight(e, c.x, 1);
    const ValueId kernel = random_weight(e, c.kernel, 3);
    const ValueId bias = random_weight(e, {c.kernel[3]}, 4);
    check_gradients(e, e.op(Conv2d{c.window, c.groups, ActivationKind::linear}, {x, kernel, bias}));
  }
}

TEST_CASE("gradients of a transposed convolution") {
  struct Case {
    Shape x, kernel, y;
    Window window;
  };
  const std::vector<Case> cases = {
      {{2, 2, 3, 3}, {3, 2, 2, 3}, {2, 4, 4, 2}, {.kernel_h = 3, .kernel_w = 2}},
      {{1, 2, 2, 1},
       {3, 3, 2, 1},
       {1, 4, 3, 2},
       {.kernel_h = 3, .kernel_w = 3, .stride_h = 2, .stride_w = 2, .pad_left = 1, .pad_bottom = 1, .pad_right = 1}},
      {{1, 2, 2, 2}, {2, 2, 1, 2}, {1, 6, 6, 1}, {.kernel_h = 2, .kernel_w = 2, .stride_h = 3, .stride_w = 3}},
      {{1, 3, 2, 2}, {2, 2, 3, 2}, {1, 5, 4, 3}, {.kernel_h = 2, .kernel_w = 2, .dilation_h = 2, .dilation_w = 2}},
  };
  for (const Case& c : cases) {
    INFO(to_string(c.y));
    Experiment e;
    const ValueId x = random_weight(e, c.x, 1);
    const ValueId kernel = random_weight(e, c.kernel, 3), bias = random_weight(e, {c.y[3]}, 4);
    check_gradients(e, e.op_as(c.y, Conv2dBackwardData{c.window, 1}, {x, kernel, bias}));
  }
}

TEST_CASE("gradient of a conv2d bias whose kernel is frozen") {
  Experiment e;
  const ValueId x = e.feed({1, 3, 3, 1}, fill({1, 3, 3, 1}, 1));
  const ValueId kernel = e.weight({2, 2, 1, 2}, fill({2, 2, 1, 2}, 3), false);
  const ValueId bias = random_weight(e, {2}, 4);
  check_gradients(e, e.op(Conv2d{{.kernel_h = 2, .kernel_w = 2}, 1, ActivationKind::linear}, {x, kernel, bias}));
}

TEST_CASE("gradients of matmul in all four transpositions") {
  for (const bool transpose_a : {false, true}) {
    for (const bool transpose_b : {false, true}) {
      INFO("transpose_a " << transpose_a << ", transpose_b " << transpose_b);
      Experiment e;
      const ValueId a = random_weight(e, transpose_a ? Shape{3, 2} : Shape{2, 3}, 1);
      const ValueId b = random_weight(e, transpose_b ? Shape{5, 3} : Shape{3, 5}, 3);
      const ValueId bias = random_weight(e, {5}, 4);
      check_gradients(e, e.op(MatMul{transpose_a, transpose_b, ActivationKind::linear}, {a, b, bias}));
    }
  }
}

TEST_CASE("gradients of add_bias") {
  for (const Shape& shape : {Shape{2, 3}, Shape{2, 2, 3, 5}, Shape{4}}) {
    Experiment e;
    const ValueId x = random_weight(e, shape, 1);
    check_gradients(e, e.op(AddBias{}, {x, random_weight(e, {shape.back()}, 3)}));
  }
}

TEST_CASE("gradients of pooling") {
  const std::vector<Window> windows = {
      {.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2},
      {.kernel_h = 3, .kernel_w = 3},
      {.kernel_h = 2, .kernel_w = 3, .stride_h = 1, .stride_w = 2, .pad_left = 1, .pad_bottom = 1, .pad_right = 1},
      {.kernel_h = 2, .kernel_w = 1, .stride_h = 3, .stride_w = 2},
  };
  for (const Window& window : windows) {
    for (const Shape& shape : {Shape{1, 5, 5, 1}, Shape{2, 4, 5, 3}}) {
      INFO(to_string(shape) << " in windows of " << window.kernel_h << " x " << window.kernel_w);
      Experiment largest;
      check_gradients(largest, largest.op(MaxPool2d{window}, {random_weight(largest, shape, 1)}));
      Experiment mean;
      check_gradients(mean, mean.op(AvgPool2d{window}, {random_weight(mean, shape, 1)}));
    }
  }
}

TEST_CASE("gradients of padding, cropping and upsampling") {
  const Margins margins = {{1, 0}, {2, 1}};
  for (const Shape& shape : {Shape{1, 2, 4, 1}, Shape{2, 3, 5, 2}}) {
    INFO(to_string(shape));
    Experiment padded;
    check_gradients(padded, padded.op(Pad2d{margins}, {random_weight(padded, shape, 1)}));
    Experiment cropped;
    check_gradients(cropped, cropped.op(Crop2d{margins}, {random_weight(cropped, shape, 1)}));
    for (const bool bilinear : {false, true}) {
      Experiment larger;
      check_gradients(larger, larger.op(Upsample2d{{2, 3}, bilinear}, {random_weight(larger, shape, 1)}));
    }
  }
}

TEST_CASE("gradient of dropout") {
  for (const Shape& noise : {Shape{4, 3, 5}, Shape{4, 1, 5}, Shape{1, 1, 1}}) {
    for (const double rate : {0.0, 0.4, 1.0}) {
      INFO(to_string(noise) << " at rate " << rate);
      Experiment e;
      check_gradients(e, e.op(Dropout{rate, noise, 7, 1.5, -2.0}, {random_weight(e, {4, 3, 5}, 1)}));
    }
  }
}

TEST_CASE("gradients of noise") {
  for (const bool multiplies : {false, true}) {
    Experiment e;
    check_gradients(e, e.op(sumi::graph::GaussianNoise{0.5, multiplies, 7}, {random_weight(e, {4, 3, 5}, 1)}));
  }
}

TEST_CASE("gradients of random affine maps") {
  for (const FillMode mode : {FillMode::reflect, FillMode::wrap, FillMode::constant, FillMode::nearest}) {
    for (const bool bilinear : {true, false}) {
      for (const Size2 size : {Size2(4, 5), Size2(3, 7)}) {
        INFO("fill mode " << static_cast<int>(mode) << ", bilinear " << bilinear << ", to " << size.height);
        RandomAffineArguments map{.shift_height = {-0.6, 0.6}, .shift_width = {-0.6, 0.6}, .zoom_height = {0.5, 1.5}};
        map.turn = {-0.5, 0.5};
        map.flip_horizontal = true;
        map.fill_mode = mode;
        map.bilinear = bilinear;
        map.fill_value = 2.0;
        Experiment e;
        check_gradients(e, e.op(RandomAffine{map, size, 7}, {random_weight(e, {3, 4, 5, 2}, 1)}));
      }
    }
  }
}

TEST_CASE("gradients of crop and of erased boxes") {
  Experiment middle;
  check_gradients(middle, middle.op(Crop2d{{Ends(1, 2), Ends(0, 1)}}, {random_weight(middle, {2, 5, 4, 3}, 1)}));
  Experiment anywhere;
  check_gradients(anywhere,
                  anywhere.op(sumi::graph::RandomCrop{{2, 3}, 7}, {random_weight(anywhere, {2, 5, 4, 3}, 1)}));
  for (const std::vector<double>& fill : {std::vector<double>{}, {3.0}, {1.0, 2.0}}) {
    RandomEraseArguments erased{.probability = {1, 1}, .scale = {0.1, 0.6}};
    erased.fill = fill;
    Experiment e;
    check_gradients(e, e.op(RandomErase{erased, 7}, {random_weight(e, {3, 4, 5, 2}, 1)}));
  }
}

TEST_CASE("gradients of reshape and transpose") {
  Experiment e;
  const ValueId flat = e.op_as({4, 6}, Reshape{}, {random_weight(e, {2, 3, 4}, 1)});
  check_gradients(e, flat);

  for (const std::vector<int>& axes : {std::vector<int>{0, 3, 1, 2}, {0, 2, 3, 1}, {3, 1, 0, 2}, {0, 1, 2, 3}}) {
    Experiment t;
    check_gradients(t, t.op(Transpose{axes}, {random_weight(t, {2, 3, 4, 5}, 1)}));
  }
}

TEST_CASE("gradients of affine") {
  Experiment one;
  check_gradients(one, one.op(Affine{{-1.5}, {0.25}}, {random_weight(one, {2, 3}, 1)}));
  Experiment each;
  check_gradients(each, each.op(Affine{{2.0, -1.0, 0.5}, {0.0, 3.0, 1.0}}, {random_weight(each, {2, 2, 3}, 1)}));
  Experiment mixed;
  check_gradients(mixed, mixed.op(Affine{{2.0}, {0.0, 3.0, 1.0}}, {random_weight(mixed, {2, 3}, 1)}));
}

TEST_CASE("gradients of sums and products") {
  Experiment three;
  const ValueId a = random_weight(three, {2, 3}, 1);
  const ValueId b = random_weight(three, {2, 3}, 3);
  const ValueId c = random_weight(three, {2, 3}, 4);
  check_gradients(three, three.op(Multiply{}, {three.op(Add{}, {a, b, c}), three.op(Multiply{}, {a, b})}));

  Experiment twice;
  const ValueId x = random_weight(twice, {5}, 1);
  check_gradients(twice, twice.op(Add{}, {twice.op(Multiply{}, {x, x}), x, x}));
}

TEST_CASE("gradients of softmax") {
  for (const bool log : {false, true}) {
    for (const std::vector<int>& axes : {std::vector<int>{2}, {0}, {0, 2}, {0, 1, 2}}) {
      Experiment e;
      check_gradients(e, e.op(Softmax{axes, log}, {random_weight(e, {2, 3, 4}, 1), none}));
    }
  }
  // One row excludes some, one excludes all.
  Experiment masked;
  const ValueId mask = masked.feed({3, 4}, {1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1});
  check_gradients(masked, masked.op(Softmax{{1}, false}, {random_weight(masked, {3, 4}, 1), mask}));
}

TEST_CASE("gradients of a custom op") {
  const auto product = std::make_shared<CustomOp>();
  product->name = "product";
  product->output_shape = [](const std::vector<Shape>& shapes) { return shapes[0]; };
  product->forward = [](const std::vector<ConstTensorView>& in, TensorView& out) { out = in[0] * in[1]; };
  product->backward = [](const std::vector<ConstTensorView>& in, const ConstTensorView&, const ConstTensorView& dy,
                         std::vector<TensorView>& gradients) {
    gradients[0] = dy * in[1];
    gradients[1] = dy * in[0];
  };
  Experiment e;
  const ValueId a = random_weight(e, {2, 3}, 1);
  const ValueId b = random_weight(e, {2, 3}, 3);
  const ValueId y = e.op(Custom{product}, {a, b});
  // It sees floats: with steps of 1e-2 their rounding makes 1e-5, and for a product the step makes no other error.
  check_gradients(e, y, 1e-2, 5e-5);

  Experiment half;  // one input is a constant, whose gradient is written but not used
  const ValueId x = half.feed({2, 3}, fill({2, 3}, 1));
  check_gradients(half, half.op(Custom{product}, {x, random_weight(half, {2, 3}, 3)}), 1e-2, 5e-5);
}
