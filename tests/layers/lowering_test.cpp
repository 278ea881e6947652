// What each layer becomes: its weights in Keras's order, its ops, and outputs of the shape that it promised.
#include "sumi/lowering.hpp"

#include <vector>

#include "graph/builder.hpp"
#include "sumi/layers.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;

namespace {

struct Lowered {
  std::vector<graph::WeightDeclaration> weights;
  std::vector<std::string> ops;
  graph::Graph graph;
  Shape output;
};

Lowered lowered(const Layer& layer, const Shape& input, bool training = true) {
  Lowered result;
  graph::Builder builder(result.weights, true, training, 1);
  const graph::ValueId x = builder.feed(input, graph::Role::input, "x");
  const graph::ValueId y = builder.add_layer(layer, 0, x);
  result.output = builder.graph.shape(y);
  for (const graph::Op& op : builder.graph.ops) result.ops.emplace_back(graph::name_of(op.attributes));
  result.graph = builder.graph;
  return result;
}

/// Names, shapes and `*` for those that are not trained.
std::vector<std::string> weights_of(const Lowered& layer) {
  std::vector<std::string> words;
  for (const graph::WeightDeclaration& weight : layer.weights) {
    words.push_back(weight.name + to_string(weight.shape) + (weight.arguments.trainable ? "" : "*"));
  }
  return words;
}

using Words = std::vector<std::string>;

const Shape last{2, 7, 6, 4}, first{2, 4, 7, 6};

}  // namespace

TEST_CASE("lowered layers have the shape that output_shape promises") {
  struct Case {
    Layer layer;
    Shape input;
  };
  const Case cases[] = {
      {Input{.shape = {7, 6, 4}}, last},
      {Conv2D{.filters = 6, .kernel_size = {2, 3}, .strides = {2, 1}, .padding = "same"}, last},
      {Conv2D{.filters = 6, .kernel_size = 2, .dilation_rate = 2, .groups = 2, .activation = "softmax"}, last},
      {Conv2D{.filters = 6, .kernel_size = {2, 3}, .data_format = "channels_first", .use_bias = false}, first},
      {MaxPooling2D{.pool_size = 3, .padding = "same"}, last},
      {MaxPooling2D{.data_format = "channels_first"}, first},
      {AveragePooling2D{.pool_size = {2, 3}, .strides = 1}, last},
      {AveragePooling2D{.pool_size = 2, .padding = "same", .data_format = "channels_first"}, first},
      {GlobalAveragePooling2D{}, last},
      {GlobalAveragePooling2D{.data_format = "channels_first", .keepdims = true}, first},
      {BatchNormalization{}, last},
      {BatchNormalization{.axis = 1, .renorm = true}, first},
      {Flatten{}, last},
      {Flatten{.data_format = "channels_first"}, first},
      {Flatten{}, {3}},
      {Reshape{.target_shape = {-1, 2}}, last},
      {Dense{.units = 3, .activation = "relu"}, {2, 5}},
      {Dense{.units = 3}, last},
      {Activation{.activation = "gelu"}, last},
      {ReLU{.max_value = 6}, last},
      {Softmax{.axis = {1, 2}}, last},
      {Dropout{.rate = 0.5, .noise_shape = {None, 1, 1, 4}}, last},
      {SpatialDropout2D{.rate = 0.5}, last},
      {SpatialDropout2D{.rate = 0.5, .data_format = "channels_first"}, first},
      {GaussianNoise{.stddev = 0.5}, last},
      {GaussianDropout{.rate = 0.5}, {2, 5}},
      {AlphaDropout{.rate = 0.5, .noise_shape = {None, 1, 1, 4}}, last},
      {RandomTranslation{.height_factor = 0.1, .width_factor = 0.1}, last},
      {RandomRotation{.factor = 0.1, .data_format = "channels_first"}, first},
      {RandomZoom{.height_factor = 0.1}, last},
      {RandomFlip{}, last},
      {RandomCrop{.height = 3, .width = 2}, last},
      {RandomCrop{.height = 9, .width = 9, .data_format = "channels_first"}, first},
      {RandomErasing{}, last},
      {Rescaling{.scale = 2, .offset = 1}, last},
  };
  for (const Case& c : cases) {
    INFO(c.layer.class_name() << " " << to_string(c.input));
    CHECK(lowered(c.layer, c.input).output == c.layer->infer_shape(c.input));
    CHECK(lowered(c.layer, c.input, false).output == c.layer->infer_shape(c.input));
  }
}

TEST_CASE("weights have Keras's names, shapes and order") {
  CHECK(weights_of(lowered(Conv2D{.filters = 6, .kernel_size = {2, 3}, .groups = 2}, last)) ==
        Words{"kernel(2, 3, 2, 6)", "bias(6,)"});
  // The kernel is (height, width, in, out) for channels_first, too.
  CHECK(weights_of(lowered(Conv2D{.filters = 6, .kernel_size = 3, .data_format = "channels_first"}, first)) ==
        Words{"kernel(3, 3, 4, 6)", "bias(6,)"});
  CHECK(weights_of(lowered(Conv2D{.filters = 6, .kernel_size = 3, .use_bias = false}, last)) ==
        Words{"kernel(3, 3, 4, 6)"});
  CHECK(weights_of(lowered(Dense{.units = 3}, {2, 5})) == Words{"kernel(5, 3)", "bias(3,)"});
  CHECK(weights_of(lowered(Dense{.units = 3, .use_bias = false}, last)) == Words{"kernel(4, 3)"});
  CHECK(weights_of(lowered(BatchNormalization{}, last)) ==
        Words{"gamma(4,)", "beta(4,)", "moving_mean(4,)*", "moving_variance(4,)*"});
  CHECK(weights_of(lowered(BatchNormalization{.axis = 1, .scale = false}, last)) ==
        Words{"beta(7,)", "moving_mean(7,)*", "moving_variance(7,)*"});
  CHECK(weights_of(lowered(BatchNormalization{.center = false, .renorm = true}, last)) ==
        Words{"gamma(4,)", "moving_mean(4,)*", "moving_variance(4,)*", "moving_stddev(4,)*", "renorm_mean(4,)*",
              "renorm_stddev(4,)*"});
  CHECK(lowered(MaxPooling2D{}, last).weights.empty());
}

TEST_CASE("initializers, regularizers and constraints reach their weights") {
  const auto conv = lowered(Conv2D{.filters = 6,
                                   .kernel_size = 3,
                                   .kernel_initializer = "he_normal",
                                   .bias_initializer = "ones",
                                   .kernel_regularizer = "l1",
                                   .bias_regularizer = "l2",
                                   .kernel_constraint = "max_norm",
                                   .bias_constraint = "non_neg"},
                            last)
                        .weights;
  CHECK(conv[0].arguments.initializer.class_name() == "HeNormal");
  CHECK(conv[0].arguments.regularizer.class_name() == "L1");
  CHECK(conv[0].arguments.constraint.class_name() == "MaxNorm");
  CHECK(conv[1].arguments.initializer.class_name() == "Ones");
  CHECK(conv[1].arguments.regularizer.class_name() == "L2");
  CHECK(conv[1].arguments.constraint.class_name() == "NonNeg");
  const auto dense = lowered(Dense{.units = 6,
                                   .kernel_initializer = "he_normal",
                                   .bias_initializer = "ones",
                                   .kernel_regularizer = "l1",
                                   .bias_regularizer = "l2",
                                   .kernel_constraint = "max_norm",
                                   .bias_constraint = "non_neg"},
                             {2, 5})
                         .weights;
  CHECK(dense[0].arguments.initializer.class_name() == "HeNormal");
  CHECK(dense[0].arguments.regularizer.class_name() == "L1");
  CHECK(dense[0].arguments.constraint.class_name() == "MaxNorm");
  CHECK(dense[1].arguments.initializer.class_name() == "Ones");
  CHECK(dense[1].arguments.regularizer.class_name() == "L2");
  CHECK(dense[1].arguments.constraint.class_name() == "NonNeg");
  const auto norm = lowered(BatchNormalization{.beta_initializer = "he_normal",
                                               .gamma_initializer = "zeros",
                                               .moving_mean_initializer = "ones",
                                               .moving_variance_initializer = Constant{.value = 9},
                                               .beta_regularizer = "l1",
                                               .gamma_regularizer = "l2",
                                               .beta_constraint = "max_norm",
                                               .gamma_constraint = "non_neg",
                                               .renorm = true},
                            last)
                        .weights;
  CHECK(norm[0].arguments.initializer.class_name() == "Zeros");
  CHECK(norm[0].arguments.regularizer.class_name() == "L2");
  CHECK(norm[0].arguments.constraint.class_name() == "NonNeg");
  CHECK(norm[1].arguments.initializer.class_name() == "HeNormal");
  CHECK(norm[1].arguments.regularizer.class_name() == "L1");
  CHECK(norm[1].arguments.constraint.class_name() == "MaxNorm");
  CHECK(norm[2].arguments.initializer.class_name() == "Ones");
  CHECK(norm[3].arguments.initializer.as<Constant>()->value == 9);
  // Standard deviations start at the root of the variance.
  for (const std::size_t stddev : {4, 6}) {
    std::vector<float> start(4);
    norm[stddev].arguments.initializer->fill({4}, 1, start);
    CHECK(start == std::vector<float>{3, 3, 3, 3});
  }
  CHECK(norm[5].arguments.initializer.class_name() == "Ones");
}

TEST_CASE("channels_first is channels_last between two transpositions") {
  const auto conv = Conv2D{.filters = 6, .kernel_size = 3, .data_format = "channels_first", .activation = "softmax"};
  // The softmax goes over the last axis of the output, whatever that is: so Keras has it.
  CHECK(lowered(conv, first).ops == Words{"transpose", "conv2d", "add_bias", "transpose", "softmax"});
  CHECK(lowered(MaxPooling2D{.data_format = "channels_first"}, first).ops ==
        Words{"transpose", "max_pool2d", "transpose"});
  CHECK(lowered(AveragePooling2D{.pool_size = 2, .data_format = "channels_first"}, first).ops ==
        Words{"transpose", "avg_pool2d", "transpose"});
  const Lowered flat = lowered(Flatten{.data_format = "channels_first"}, {2, 3, 4, 5, 6});
  CHECK(flat.ops == Words{"transpose", "reshape"});
  CHECK(std::get<graph::Transpose>(flat.graph.ops[0].attributes).axes == std::vector<int>{0, 2, 3, 4, 1});
}

TEST_CASE("arguments reach their ops") {
  const auto norm = lowered(BatchNormalization{.axis = 1,
                                               .momentum = 0.5,
                                               .epsilon = 0.25,
                                               .renorm = true,
                                               .renorm_clipping = RenormClipping{.rmin = 0.1, .rmax = 3, .dmax = 5},
                                               .renorm_momentum = 0.75},
                            first);
  const auto& op = std::get<graph::BatchNorm>(norm.graph.ops[0].attributes);
  CHECK(op.axis == 1);
  CHECK(op.momentum == 0.5);
  CHECK(op.epsilon == 0.25);
  REQUIRE(op.renorm.has_value());
  CHECK(op.renorm->momentum == 0.75);
  CHECK(op.renorm->rmin == 0.1);
  CHECK(op.renorm->rmax == 3.0);
  CHECK(op.renorm->dmax == 5.0);

  const Lowered relu = lowered(ReLU{.max_value = 6, .negative_slope = 0.1, .threshold = 0.5}, last);
  const auto& activate = std::get<graph::Activate>(relu.graph.ops[0].attributes);
  CHECK(activate.kind == ActivationKind::relu);
  CHECK(activate.arguments.max_value == 6.0);
  CHECK(activate.arguments.negative_slope == 0.1);
  CHECK(activate.arguments.threshold == 0.5);

  const Lowered dropout = lowered(Dropout{.rate = 0.5, .noise_shape = {None, 1, None, 4}, .seed = 3}, last);
  const auto& mask = std::get<graph::Dropout>(dropout.graph.ops[0].attributes);
  CHECK(mask.rate == 0.5);
  CHECK(mask.noise_shape == Shape{2, 1, 6, 4});
  CHECK(lowered(Dropout{.rate = 0.5}, last, false).ops.empty());

  const Lowered scale = lowered(Rescaling{.scale = 2, .offset = -1}, last);
  const auto& affine = std::get<graph::Affine>(scale.graph.ops[0].attributes);
  CHECK(affine.scale == std::vector<double>{2});
  CHECK(affine.offset == std::vector<double>{-1});

  CHECK(std::get<graph::Softmax>(lowered(Softmax{.axis = {1, -1}}, last).graph.ops[0].attributes).axes ==
        std::vector<int>{1, 3});
}

TEST_CASE("an activation by name has its own defaults in Keras") {
  const auto arguments = [](const Layer& layer) {
    return std::get<graph::Activate>(lowered(layer, last).graph.ops.back().attributes).arguments;
  };
  CHECK(arguments(Activation{.activation = "leaky_relu"}).negative_slope == 0.2);
  CHECK(arguments(Dense{.units = 2, .activation = "leaky_relu"}).negative_slope == 0.2);
  CHECK(arguments(Conv2D{.filters = 2, .kernel_size = 1, .activation = "leaky_relu"}).negative_slope == 0.2);
  CHECK(arguments(Activation{.activation = "soft_shrink"}).threshold == 0.5);
  CHECK(arguments(Activation{.activation = "hard_shrink"}).threshold == 0.5);
  CHECK(arguments(Activation{.activation = "squareplus"}).alpha == 4.0);
  CHECK(arguments(Activation{.activation = "elu"}).alpha == 1.0);
}

TEST_CASE("an activity regularizer is a penalty on the output, divided by the batch") {
  for (const Layer& layer : {Layer(Dense{.units = 3, .activation = "relu", .activity_regularizer = "l2"}),
                             Layer(Conv2D{.filters = 3, .kernel_size = 1, .activity_regularizer = "l2"})}) {
    const Lowered result = lowered(layer, layer.class_name() == "Dense" ? Shape{4, 5} : Shape{4, 3, 3, 5});
    REQUIRE(result.ops.back() == "penalty");
    const auto& penalty = std::get<graph::Penalty>(result.graph.ops.back().attributes);
    CHECK(penalty.scale == 0.25);
    CHECK(penalty.regularizer.class_name() == "L2");
  }
}
