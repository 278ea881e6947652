// Losses that are means of element-wise errors: shape rule and backward rule. Targets have no gradient.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const PointwiseLoss& /*op*/, Shapes inputs) {
  const Shape& predicted = inputs[0];
  if (predicted.empty()) throw ShapeError("Expected predictions of a loss of rank 1 or more. Received shape ().");
  require_shape("targets of the loss", inputs[1], predicted);
  return {{predicted.begin(), predicted.end() - 1}};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const PointwiseLoss& kind, Gradients dy, Wanted wanted) {
  if (!wanted[0]) return {none, none};
  return {emit_gradient(graph, op, PointwiseLossBackward{kind.kind}, {op.inputs[0], op.inputs[1], dy[0]}, op.inputs[0]),
          none};
}

bool fits(const PointwiseLossBackward& op, Shapes inputs, Shapes outputs) {
  return shapes(PointwiseLoss{op.kind}, inputs.first(2)).front() == inputs[2] && outputs[0] == inputs[0];
}

}  // namespace sumi::graph
