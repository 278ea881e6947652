// A small graph that is run on the reference in double, and the check of its gradients against differences.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "backend/reference/reference.hpp"
#include "graph/graph.hpp"
#include "support/catch.hpp"
#include "support/pattern.hpp"

namespace sumi::testing {

/// A graph and the data of all its values.
class Experiment {
 public:
  /// A constant.
  graph::ValueId feed(Shape shape, std::vector<double> values) {
    const graph::ValueId id = graph.add_value(std::move(shape), graph::Role::input, "fed");
    set(id, std::move(values));
    return id;
  }
  /// A weight; trained ones get a gradient.
  graph::ValueId weight(Shape shape, std::vector<double> values, bool trained = true) {
    const graph::ValueId id = graph.add_value(std::move(shape), graph::Role::parameter, "weight");
    graph.values.back().parameter = static_cast<int>(weights.size());
    weights.push_back(id);
    trainable.push_back(trained);
    set(id, std::move(values));
    return id;
  }
  /// Appends an op; returns all its outputs, or the first.
  std::vector<graph::ValueId> ops(graph::Attributes attributes, std::vector<graph::ValueId> inputs) {
    std::vector<Shape> shapes;
    for (const graph::ValueId id : inputs) shapes.push_back(id == graph::none ? Shape{} : graph.shape(id));
    std::vector<graph::ValueId> outputs;
    for (Shape& shape : graph::output_shapes(attributes, shapes)) {
      outputs.push_back(graph.add_value(std::move(shape), graph::Role::temporary, graph::name_of(attributes)));
    }
    graph.ops.push_back({std::move(attributes), std::move(inputs), outputs, "layer"});
    return outputs;
  }
  graph::ValueId op(graph::Attributes attributes, std::vector<graph::ValueId> inputs) {
    return ops(std::move(attributes), std::move(inputs)).front();
  }
  /// One whose output's shape is the caller's choice.
  graph::ValueId op_as(Shape shape, graph::Attributes attributes, std::vector<graph::ValueId> inputs) {
    const graph::ValueId y = graph.add_value(std::move(shape), graph::Role::temporary, graph::name_of(attributes));
    graph.ops.push_back({std::move(attributes), std::move(inputs), {y}, "layer"});
    return y;
  }
  /// The loss sum(y * fill(shape, 2)), which tells all elements of y apart.
  graph::ValueId pattern_loss(graph::ValueId y) {
    const Shape shape = graph.shape(y);
    return op(graph::ReduceLoss{graph::Reduction::sum}, {y, feed(shape, fill(shape, 2)), graph::none});
  }

  /// Runs the first `op_count` ops, or all.
  void run(std::size_t op_count = std::size_t(-1)) {
    data.resize(graph.values.size());
    for (std::size_t i = 0; i < std::min(op_count, graph.ops.size()); ++i) {
      const graph::Op& op = graph.ops[i];
      backend::reference_detail::Operands<double> operands;
      for (const graph::ValueId id : op.inputs) {
        operands.inputs.push_back(id == graph::none ? nullptr : at(id).data());
        operands.input_shapes.push_back(id == graph::none ? Shape{} : graph.shape(id));
      }
      for (const graph::ValueId id : op.outputs) {
        operands.output_shapes.push_back(id == graph::none ? Shape{} : graph.shape(id));
        if (id != graph::none) at(id).assign(count(id), std::nan(""));  // so that what is not written shows
        operands.outputs.push_back(id == graph::none ? nullptr : at(id).data());
      }
      operands.step = step;
      backend::reference_detail::run(op.attributes, operands);
    }
  }
  /// Appends the backward and runs everything. Returns the gradient of each value.
  std::vector<graph::ValueId> run_backward(graph::ValueId loss) {
    const std::vector<graph::ValueId> gradients = graph::append_backward(graph, loss, trainable);
    graph::verify(graph);
    data.resize(graph.values.size());
    for (std::size_t id = 0; id < graph.values.size(); ++id) {
      if (graph.values[id].role == graph::Role::one) data[id] = {1.0};
    }
    run();
    return gradients;
  }

  std::vector<double>& at(graph::ValueId id) { return data[static_cast<std::size_t>(id)]; }

  graph::Graph graph;
  std::vector<std::vector<double>> data;  // of each value
  std::vector<graph::ValueId> weights;
  std::vector<bool> trainable;
  std::uint64_t step = 3;

 private:
  std::size_t count(graph::ValueId id) const { return static_cast<std::size_t>(element_count(graph.shape(id))); }
  void set(graph::ValueId id, std::vector<double> values) {
    REQUIRE(values.size() == count(id));
    data.resize(graph.values.size());
    at(id) = std::move(values);
  }
};

/// Checks the gradient of every element of every trained weight against (loss(w + h) - loss(w - h)) / 2h. The default h
/// balances the truncation of that, about h^2 = 1e-10, with its rounding, about 1e-16 / h = 1e-11 for losses near 1;
/// the tolerance leaves room for third derivatives and losses of some hundreds.
inline void check_loss_gradients(Experiment& e, graph::ValueId loss, double h = 1e-5, double tolerance = 1e-7) {
  const std::size_t forward_ops = e.graph.ops.size();
  const std::vector<graph::ValueId> gradients = e.run_backward(loss);
  REQUIRE(std::isfinite(e.at(loss)[0]));
  for (std::size_t k = 0; k < e.weights.size(); ++k) {
    if (!e.trainable[k]) continue;
    const graph::ValueId id = e.weights[k];
    const graph::ValueId gradient = gradients[static_cast<std::size_t>(id)];
    REQUIRE(gradient != graph::none);
    const graph::ValueInfo& info = e.graph.values[static_cast<std::size_t>(gradient)];
    CHECK(info.role == graph::Role::gradient);
    CHECK(info.parameter == static_cast<int>(k));
    REQUIRE(info.shape == e.graph.shape(id));
    const std::vector<double> analytic = e.at(gradient);
    for (std::size_t i = 0; i < analytic.size(); ++i) {
      const double original = e.at(id)[i];
      const auto loss_at = [&](double w) {
        e.at(id)[i] = w;
        e.run(forward_ops);
        return e.at(loss)[0];
      };
      const double numeric = (loss_at(original + h) - loss_at(original - h)) / (2 * h);
      e.at(id)[i] = original;
      INFO("weight " << k << ", element " << i << ": gradient " << analytic[i] << ", difference " << numeric);
      CHECK(std::abs(analytic[i] - numeric) <= tolerance * (1 + std::abs(numeric)));
    }
  }
}

/// The same for the loss sum(y * pattern).
inline void check_gradients(Experiment& e, graph::ValueId y, double h = 1e-5, double tolerance = 1e-7) {
  check_loss_gradients(e, e.pattern_loss(y), h, tolerance);
}

}  // namespace sumi::testing
