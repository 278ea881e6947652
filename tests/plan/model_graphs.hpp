// Small models as graphs, for the tests of passes and plans.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "graph/builder.hpp"
#include "plan/executable.hpp"
#include "state/parameters.hpp"
#include "sumi/layers.hpp"
#include "sumi/losses.hpp"
#include "support/catch.hpp"

namespace sumi::testing {

/// A model's graph for one batch, with everything that is needed to run it.
struct ModelGraph {
  std::vector<graph::WeightDeclaration> declared;
  graph::Graph graph;
  graph::ValueId x = graph::none, y_pred = graph::none, y_true = graph::none, sample_weight = graph::none,
                 loss = graph::none;
  state::ParameterTable table;

  std::vector<graph::ValueId> kept() const {
    std::vector<graph::ValueId> ids = {y_pred};
    if (loss != graph::none) ids.push_back(loss);
    return ids;
  }
};

/// Layers need names. `with_loss`: with loss and backward; predictions must be rows then.
inline ModelGraph make_model_graph(const std::vector<Layer>& layers, const Shape& input, bool training,
                                   bool with_loss) {
  ModelGraph made;
  graph::Builder builder(made.declared, true, training, 7);
  made.x = builder.feed(input, graph::Role::input, "x");
  made.y_pred = made.x;
  for (std::size_t i = 0; i < layers.size(); ++i) made.y_pred = builder.add_layer(layers[i], i, made.y_pred);
  if (with_loss) {
    Shape labels = builder.graph.shape(made.y_pred);
    labels.pop_back();
    made.y_true = builder.feed(labels, graph::Role::target, "y");
    std::vector<bool> trainable;
    for (const auto& weight : made.declared) trainable.push_back(weight.arguments.trainable);
    const auto loss = builder.add_loss("sparse_categorical_crossentropy", made.y_true, made.y_pred, trainable);
    made.loss = loss.total;
    made.sample_weight = loss.sample_weight;
    graph::append_backward(builder.graph, made.loss, trainable);
  }
  made.graph = std::move(builder.graph);
  std::vector<state::Parameter> parameters;
  for (const auto& weight : made.declared) {
    parameters.push_back({weight.layer, weight.layer_name, weight.name, weight.shape, 0, 0, weight.arguments});
  }
  made.table = state::ParameterTable(std::move(parameters));
  return made;
}

/// For training: with loss and backward.
inline ModelGraph make_model_graph(const std::vector<Layer>& layers, const Shape& input, bool training) {
  return make_model_graph(layers, input, training, training);
}

/// What a run leaves behind: predictions, loss, all gradients, all weights (moving statistics among them).
struct Outcome {
  std::vector<float> y_pred, gradients, parameters;
  float loss = 0;
  std::size_t steps = 0;
  std::int64_t kernels_of_reference = 0;  ///< That touch an image: plain loops, which are slow.
};

/// Optimizes with the passes that are not disabled, and runs one step on fixed random data.
inline Outcome run_model_graph(ModelGraph model, backend::Backend& backend, const std::vector<std::string>& disabled,
                               int threads = 1) {
  const plan::PassContext context{backend, model.kept(), threads};
  plan::optimize(model.graph, context, disabled);
  const Shape x_shape = model.graph.shape(model.x);
  const Shape pred_shape = model.graph.shape(model.y_pred);
  plan::Executable executable(std::move(model.graph), model.table, context);

  state::Arena parameters(model.table.floats()), gradients(model.table.trainable_floats()),
      workspace(executable.workspace_floats());
  Random random(3);
  for (const state::Parameter& p : model.table.all()) {
    const bool scale = p.name == "gamma" || p.name == "moving_variance";
    for (std::size_t i = 0; i < p.size; ++i) {
      parameters.data()[p.offset + i] = static_cast<float>((scale ? 1.0 : 0.0) + 0.4 * (random.uniform() - 0.5));
    }
  }
  executable.bind({workspace.data(), parameters.data(), gradients.data()});
  for (std::int64_t i = 0; i < element_count(x_shape); ++i) {
    executable.address(model.x)[i] = static_cast<float>(random.uniform());
  }
  if (model.loss != graph::none) {
    for (std::int64_t i = 0; i < x_shape[0]; ++i) {
      executable.address(model.y_true)[i] = static_cast<float>(random.below(static_cast<std::uint64_t>(pred_shape[1])));
      executable.address(model.sample_weight)[i] = 1.0F;
    }
  }
  executable.run(0);
  Outcome outcome;
  const float* y = executable.address(model.y_pred);
  outcome.y_pred.assign(y, y + element_count(pred_shape));
  if (model.loss != graph::none) outcome.loss = *executable.address(model.loss);
  outcome.gradients.assign(gradients.data(), gradients.data() + gradients.size());
  outcome.parameters.assign(parameters.data(), parameters.data() + parameters.size());
  for (const PlanStep& step : executable.describe().steps) {
    ++outcome.steps;
    outcome.kernels_of_reference += step.kernel == "reference" && step.output.size() == 4 ? 1 : 0;
  }
  return outcome;
}

/// To leave all passes out.
inline std::vector<std::string> all_passes() {
  std::vector<std::string> names;
  for (const plan::Pass& pass : plan::passes()) names.emplace_back(pass.name);
  return names;
}

/// Largest difference as a share of the largest value.
inline double difference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double most = 1e-6;
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(a[i])));
    worst = std::max(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  return worst / most;
}

/// Four convolutions at most, each a sum of up to 9 * 64 products by Winograd's algorithm, whose intermediate numbers
/// are up to a hundred times larger than the result: some 2^-24 * sqrt(576) * 100 = 1.4e-4 of the largest value, and
/// what the way back multiplies it by. A wrong formula is off by tenths.
inline constexpr double fused_tolerance = 1e-3;

inline void check_same_outcome(const Outcome& a, const Outcome& b) {
  CHECK(difference(a.y_pred, b.y_pred) < fused_tolerance);
  CHECK(difference(a.gradients, b.gradients) < fused_tolerance);
  CHECK(difference(a.parameters, b.parameters) < fused_tolerance);
  CHECK(std::abs(a.loss - b.loss) < fused_tolerance * (1 + std::abs(b.loss)));
}

/// The KMNIST CNN's form in small; channels are multiples of 16, so that layouts get blocked.
inline std::vector<Layer> small_cnn() {
  return {Conv2D{.filters = 16, .kernel_size = 3, .activation = "relu", .name = "conv"},
          BatchNormalization{.name = "norm"},
          MaxPooling2D{.name = "pool"},
          Conv2D{.filters = 32, .kernel_size = 3, .activation = "relu", .name = "conv_1"},
          BatchNormalization{.name = "norm_1"},
          Flatten{.name = "flatten"},
          Dense{.units = 16, .activation = "relu", .name = "dense"},
          Dense{.units = 5, .activation = "softmax", .name = "dense_1"}};
}

}  // namespace sumi::testing
