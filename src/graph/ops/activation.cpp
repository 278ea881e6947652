// Element-wise functions: shape rule and backward rule.
#include <stdexcept>

#include "graph/ops/ops.hpp"

namespace sumi::graph {

bool reads_output(ActivationKind kind, const ActivationArguments& arguments) {
  switch (kind) {
    case ActivationKind::relu:
      // Behind a slope or a threshold the output no longer tells on which side the input was.
      return arguments.negative_slope == 0.0 && arguments.threshold == 0.0;
    case ActivationKind::relu6:
    case ActivationKind::sigmoid:
    case ActivationKind::tanh:
    case ActivationKind::exponential:
      return true;
    default:
      return false;
  }
}

std::vector<Shape> shapes(const Activate& op, Shapes inputs) {
  if (op.kind >= ActivationKind::softmax) {
    throw std::logic_error(std::string(ActivationFunction(op.kind).name()) +
                           " is no element-wise function: expected an op of its own");
  }
  return {inputs[0]};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Activate& kind, Gradients dy, Wanted wanted) {
  if (!wanted[0]) return {none};
  if (kind.kind == ActivationKind::linear) return {dy[0]};
  const ValueId source = reads_output(kind.kind, kind.arguments) ? op.outputs[0] : op.inputs[0];
  return {emit_gradient(graph, op, ActivateBackward{kind.kind, kind.arguments}, {source, dy[0]}, op.inputs[0])};
}

bool fits(const ActivateBackward& /*op*/, Shapes inputs, Shapes outputs) {
  return inputs[0] == inputs[1] && outputs[0] == inputs[0];
}

}  // namespace sumi::graph
