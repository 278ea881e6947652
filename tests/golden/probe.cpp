// Graphs of one layer or loss, run on the reference and on the fast backend.
#include "golden/probe.hpp"

#include <algorithm>
#include <utility>

#include "backend/backend.hpp"
#include "golden/check.hpp"
#include "plan/executable.hpp"
#include "state/parameters.hpp"
#include "sumi/threads.hpp"

namespace sumi::golden {
namespace {

using graph::ValueId;

// A graph under construction, with the data of what is fed into it.
struct Probe {
  explicit Probe(bool training) : builder(declared, true, training, 7) {}

  ValueId feed(const Array& array, graph::Role role, const std::string& name) {
    const ValueId id = builder.feed(array.shape, role, name);
    fed.emplace_back(id, array);
    return id;
  }
  // Gradients end in weights, so an input whose gradient is asked for is one.
  ValueId weight(const std::string& name, const Array& array) {
    declared.push_back({0, "probe", name, array.shape, {.initializer = "zeros"}});
    weights[name] = array;
    return builder.weight_value(declared.size() - 1);
  }

  std::vector<graph::WeightDeclaration> declared;
  graph::Builder builder;
  std::vector<std::pair<ValueId, Array>> fed;
  std::map<std::string, Array> weights;
};

// What a run leaves behind.
struct Results {
  std::string backend;
  std::map<ValueId, Array> values;
  std::map<std::string, Array> weights, gradients;
};

Results run_on(backend::Backend& backend, const Probe& probe, const state::ParameterTable& table,
               const std::vector<ValueId>& kept) {
  graph::Graph graph = probe.builder.graph;
  const plan::PassContext context{backend, kept, num_threads()};
  plan::optimize(graph, context);
  plan::Executable executable(std::move(graph), table, context);
  state::Arena parameters(table.floats()), gradients(table.trainable_floats()),
      workspace(executable.workspace_floats());
  for (const state::Parameter& parameter : table.all()) {
    float* to = parameters.data() + parameter.offset;
    const auto given = probe.weights.find(parameter.name);
    if (given == probe.weights.end()) {
      parameter.arguments.initializer->fill(parameter.shape, 1, {to, parameter.size});
    } else if (given->second.data.size() != parameter.size) {
      throw Mismatch(to_string(given->second.shape), to_string(parameter.shape) + " (shape of " + parameter.name + ")");
    } else {
      std::copy(given->second.data.begin(), given->second.data.end(), to);
    }
  }
  executable.bind({workspace.data(), parameters.data(), gradients.data()});
  for (const auto& [id, array] : probe.fed) {
    std::copy(array.data.begin(), array.data.end(), executable.address(id));
  }
  executable.run(0);

  Results results{backend.name(), {}, {}, {}};
  for (const ValueId id : kept) {
    results.values[id] = array_of(executable.address(id), probe.builder.graph.shape(id));
  }
  for (const state::Parameter& parameter : table.all()) {
    results.weights[parameter.name] = array_of(parameters.data() + parameter.offset, parameter.shape);
    if (!parameter.arguments.trainable) continue;
    results.gradients[parameter.name] = array_of(gradients.data() + parameter.offset, parameter.shape);
  }
  return results;
}

std::vector<Results> run_everywhere(const Probe& probe, const std::vector<ValueId>& kept) {
  std::vector<state::Parameter> parameters;
  for (const graph::WeightDeclaration& weight : probe.declared) {
    parameters.push_back({weight.layer, weight.layer_name, weight.name, weight.shape, 0, 0, weight.arguments});
  }
  const state::ParameterTable table(std::move(parameters));
  std::vector<Results> results;
  for (backend::Backend* backend : {&backend::reference(), &backend::cpu()}) {
    results.push_back(run_on(*backend, probe, table, kept));
  }
  return results;
}

std::vector<bool> trainable(const Probe& probe) {
  std::vector<bool> result;
  for (const graph::WeightDeclaration& weight : probe.declared) result.push_back(weight.arguments.trainable);
  return result;
}

// sum(y * g): its gradient with respect to y is g.
ValueId weighted_sum(Probe& probe, ValueId y, const Array& g) {
  const ValueId weights = probe.feed(g, graph::Role::input, "upstream");
  return probe.builder.emit_one(graph::ReduceLoss{graph::Reduction::sum}, {y, weights, graph::none});
}

void set_mask(Probe& probe, const Array& mask) {
  const ValueId id = probe.feed(mask, graph::Role::input, "mask");
  for (graph::Op& op : probe.builder.graph.ops) {
    const bool normalises = std::holds_alternative<graph::BatchNorm>(op.attributes);
    if (!normalises && !std::holds_alternative<graph::Softmax>(op.attributes)) continue;
    op.inputs.resize(std::max<std::size_t>(op.inputs.size(), normalises ? 6 : 2), graph::none);
    op.inputs[normalises ? 5 : 1] = id;
    return;
  }
  throw Unreadable("a mask for something other than batch normalisation and softmax");
}

}  // namespace

std::vector<Outcome> run(const Experiment& experiment) {
  Probe probe(experiment.training);
  const ValueId x =
      experiment.upstream ? probe.weight("x", experiment.x) : probe.feed(experiment.x, graph::Role::input, "x");
  const ValueId y = experiment.body(probe.builder, x);
  for (const auto& [name, array] : experiment.weights) probe.weights[name] = array;
  for (const auto& [name, array] : probe.weights) {
    const bool known = std::any_of(probe.declared.begin(), probe.declared.end(),
                                   [&name = name](const auto& weight) { return weight.name == name; });
    if (!known) throw Mismatch("a weight " + name, "none of that name");
  }
  if (experiment.mask) set_mask(probe, *experiment.mask);
  std::vector<ValueId> kept = {y};
  if (experiment.upstream) {
    const ValueId loss = weighted_sum(probe, y, experiment.upstream(probe.builder.graph.shape(y)));
    graph::append_backward(probe.builder.graph, loss, trainable(probe));
    kept.push_back(loss);
  }
  std::vector<Outcome> outcomes;
  for (Results& results : run_everywhere(probe, kept)) {
    Outcome outcome{results.backend, results.values.at(y), results.gradients["x"], {}, {}};
    outcome.weights = std::move(results.weights);
    outcome.gradients = std::move(results.gradients);
    outcome.weights.erase("x");
    outcome.gradients.erase("x");
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

Body body_of(const Layer& layer) {
  return [layer](graph::Builder& builder, ValueId x) { return builder.add_layer(layer, 1, x); };
}

std::vector<LossOutcome> run(const LossExperiment& experiment) {
  Probe probe(true);
  const ValueId y_pred = probe.weight("y_pred", experiment.y_pred);
  const ValueId y_true = probe.feed(experiment.y_true, graph::Role::target, "y_true");
  const ValueId output = experiment.layer ? probe.builder.add_layer(*experiment.layer, 1, y_pred) : y_pred;
  const graph::Builder::TotalLoss total = probe.builder.add_loss(experiment.loss, y_true, output, trainable(probe));

  // The reduction that the model would do, with weights and masks of any shape instead of one weight a sample.
  graph::Op& reduce = *std::find_if(probe.builder.graph.ops.begin(), probe.builder.graph.ops.end(), [](const auto& op) {
    return std::holds_alternative<graph::ReduceLoss>(op.attributes);
  });
  const ValueId values = reduce.inputs[0];
  const Shape shape = probe.builder.graph.shape(values);
  Array weights = experiment.sample_weight.value_or(filled(shape, 1.0));
  if (weights.shape.size() == shape.size() + 1 && weights.shape.back() == 1) weights.shape.pop_back();
  if (weights.shape.size() + 1 == shape.size()) weights.shape.push_back(1);
  probe.builder.graph.values[static_cast<std::size_t>(total.sample_weight)].shape = weights.shape;
  probe.fed.emplace_back(total.sample_weight, weights);
  if (experiment.mask) reduce.inputs[2] = probe.feed(*experiment.mask, graph::Role::input, "mask");

  const ValueId differentiated = experiment.reduced ? total.total : weighted_sum(probe, values, filled(shape, 1.0));
  graph::append_backward(probe.builder.graph, differentiated, trainable(probe));
  std::vector<LossOutcome> outcomes;
  for (Results& results : run_everywhere(probe, {values, total.total, differentiated})) {
    outcomes.push_back({results.backend, results.values.at(values), results.values.at(total.total).data.at(0),
                        results.gradients.at("y_pred")});
  }
  return outcomes;
}

}  // namespace sumi::golden
