// Single layers, functions and losses, forward and backward, on every backend.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "golden/array.hpp"
#include "graph/builder.hpp"
#include "sumi/layer.hpp"
#include "sumi/losses.hpp"

namespace sumi::golden {

/// Appends what is probed to a graph; gets the input, returns the output.
using Body = std::function<graph::ValueId(graph::Builder&, graph::ValueId x)>;

struct Experiment {
  Body body;
  Array x;
  /// Weights by name; others start as their layer says.
  std::map<std::string, Array> weights = {};
  bool training = false;
  /// The gradient that comes back, of the shape of the output; absent: no backward.
  std::function<Array(const Shape&)> upstream = {};
  /// For the batch normalisation or softmax of the body: 0 where an entry doesn't count.
  std::optional<Array> mask = {};
};

/// What one backend makes of it.
struct Outcome {
  std::string backend;
  Array y, grad_x;
  std::map<std::string, Array> weights;    ///< After the run: moving statistics change.
  std::map<std::string, Array> gradients;  ///< Of trainable weights.
};

std::vector<Outcome> run(const Experiment& experiment);

/// The body of one layer.
Body body_of(const Layer& layer);

struct LossExperiment {
  Loss loss;
  Array y_true, y_pred;
  /// Broadcast against the losses of the samples; absent: 1.
  std::optional<Array> sample_weight = {};
  std::optional<Array> mask = {};
  /// The gradient of the reduced loss, or else of the sum of all values.
  bool reduced = true;
  /// Applied to y_pred first; its penalties are part of the total.
  std::optional<Layer> layer = {};
};

struct LossOutcome {
  std::string backend;
  Array values;  ///< One for each sample.
  double total;  ///< Reduced, with penalties.
  Array grad_pred;
};

std::vector<LossOutcome> run(const LossExperiment& experiment);

}  // namespace sumi::golden
