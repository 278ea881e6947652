// Adding a bias along the last axis, and its gradient.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const AddBias& /*op*/, Shapes inputs) {
  if (inputs[0].empty()) throw ShapeError("Expected an input of add_bias with at least one axis. Received shape ().");
  require_shape("the bias of add_bias", inputs[1], {inputs[0].back()});
  return {inputs[0]};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const AddBias& /*kind*/, Gradients dy, Wanted wanted) {
  return {wanted[0] ? dy[0] : none, wanted[1] ? emit_gradient(graph, op, SumToBias{}, {dy[0]}, op.inputs[1]) : none};
}

bool fits(const SumToBias& /*op*/, Shapes inputs, Shapes outputs) {
  return !inputs[0].empty() && outputs[0] == Shape{inputs[0].back()};
}

}  // namespace sumi::graph
