// The penalty of a weight or an activation: shape rule and backward rule.
#include "graph/ops/ops.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const Penalty& /*op*/, Shapes /*inputs*/) { return {{}}; }

std::vector<ValueId> backward(Graph& graph, const Op& op, const Penalty& kind, Gradients dy, Wanted wanted) {
  if (!wanted[0]) return {none};
  return {emit_gradient(graph, op, PenaltyBackward{kind.regularizer, kind.scale}, {op.inputs[0], dy[0]}, op.inputs[0])};
}

bool fits(const PenaltyBackward& /*op*/, Shapes inputs, Shapes outputs) {
  return inputs[1].empty() && outputs[0] == inputs[0];
}

}  // namespace sumi::graph
