// The reduction of losses to one number: shape rule and backward rule. Weights and mask have no gradient.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const ReduceLoss& /*op*/, Shapes inputs) {
  const Shape& values = inputs[0];
  const Shape& weights = inputs[1];
  bool broadcasts = weights.size() <= values.size();
  for (std::size_t i = 0; broadcasts && i < weights.size(); ++i) {
    const std::int64_t size = weights[weights.size() - 1 - i];
    broadcasts = size == 1 || size == values[values.size() - 1 - i];
  }
  if (!broadcasts) {
    throw ShapeError("Expected sample weights that broadcast against the losses. Received: weights of shape " +
                     to_string(weights) + ", losses of shape " + to_string(values) + ".");
  }
  require_shape_if_present("the mask of the losses", operand(inputs, 2), values);
  return {{}};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const ReduceLoss& kind, Gradients dy, Wanted wanted) {
  std::vector<ValueId> result(op.inputs.size(), none);
  if (wanted[0]) {
    result[0] = emit_gradient(graph, op, ReduceLossBackward{kind.reduction},
                              {op.inputs[0], op.inputs[1], operand(op.inputs, 2), dy[0]}, op.inputs[0]);
  }
  return result;
}

bool fits(const ReduceLossBackward& op, Shapes inputs, Shapes outputs) {
  return shapes(ReduceLoss{op.reduction}, inputs.first(3)).front() == inputs[3] && outputs[0] == inputs[0];
}

}  // namespace sumi::graph
