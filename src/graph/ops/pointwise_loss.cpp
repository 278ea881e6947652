// Losses of pairs of numbers and of rows: shape rules and backward rules. Targets have no gradient.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

std::vector<Shape> one_a_row(Shapes inputs) {
  const Shape& predicted = inputs[0];
  if (predicted.empty()) throw ShapeError("Expected predictions of a loss of rank 1 or more. Received shape ().");
  require_shape("targets of the loss", inputs[1], predicted);
  return {{predicted.begin(), predicted.end() - 1}};
}

template <class Backward>
std::vector<ValueId> gradients(Graph& graph, const Op& op, Backward kind, Gradients dy, Wanted wanted) {
  if (!wanted[0]) return {none, none};
  return {emit_gradient(graph, op, kind, {op.inputs[0], op.inputs[1], dy[0]}, op.inputs[0]), none};
}

bool fits_backward(Shapes inputs, Shapes outputs) {
  return one_a_row(inputs.first(2)).front() == inputs[2] && outputs[0] == inputs[0];
}

}  // namespace

std::vector<Shape> shapes(const PointwiseLoss& /*op*/, Shapes inputs) { return one_a_row(inputs); }
std::vector<Shape> shapes(const RowLoss& /*op*/, Shapes inputs) { return one_a_row(inputs); }

std::vector<ValueId> backward(Graph& graph, const Op& op, const PointwiseLoss& kind, Gradients dy, Wanted wanted) {
  return gradients(graph, op, PointwiseLossBackward{kind}, dy, wanted);
}
std::vector<ValueId> backward(Graph& graph, const Op& op, const RowLoss& kind, Gradients dy, Wanted wanted) {
  return gradients(graph, op, RowLossBackward{kind}, dy, wanted);
}

bool fits(const PointwiseLossBackward& /*op*/, Shapes inputs, Shapes outputs) { return fits_backward(inputs, outputs); }
bool fits(const RowLossBackward& /*op*/, Shapes inputs, Shapes outputs) { return fits_backward(inputs, outputs); }

}  // namespace sumi::graph
