// Softmax and its logarithm, and sparsemax: shape rules and backward rules.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const Softmax& op, Shapes inputs) {
  const Shape& x = inputs[0];
  bool valid = !op.axes.empty();
  for (std::size_t i = 0; i < op.axes.size(); ++i) {
    valid = valid && op.axes[i] >= 0 && op.axes[i] < static_cast<int>(x.size());
    valid = valid && (i == 0 || op.axes[i] > op.axes[i - 1]);
  }
  if (!valid) {
    throw ShapeError("Expected different axes of softmax, in order, within the rank of its input. Received axes " +
                     to_string({op.axes.begin(), op.axes.end()}) + ", input shape " + to_string(x) + ".");
  }
  require_shape_if_present("the mask of softmax", operand(inputs, 1), x);
  return {x};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Softmax& kind, Gradients dy, Wanted wanted) {
  std::vector<ValueId> result(op.inputs.size(), none);
  if (wanted[0]) {
    result[0] = emit_gradient(graph, op, SoftmaxBackward{kind.axes, kind.log}, {op.outputs[0], dy[0]}, op.inputs[0]);
  }
  return result;
}

bool fits(const SoftmaxBackward& op, Shapes inputs, Shapes outputs) {
  return inputs[1] == inputs[0] && shapes(Softmax{op.axes, op.log}, inputs.first(1)).front() == outputs[0];
}

std::vector<Shape> shapes(const Sparsemax& /*op*/, Shapes inputs) {
  if (inputs[0].empty()) throw ShapeError("Expected an input of sparsemax with an axis. Received a scalar.");
  return {inputs[0]};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Sparsemax& /*kind*/, Gradients dy, Wanted wanted) {
  return {wanted[0] ? emit_gradient(graph, op, SparsemaxBackward{}, {op.outputs[0], dy[0]}, op.inputs[0]) : none};
}

bool fits(const SparsemaxBackward& /*op*/, Shapes inputs, Shapes outputs) {
  return inputs[1] == inputs[0] && outputs[0] == inputs[0] && !inputs[0].empty();
}

}  // namespace sumi::graph
