// The gated linear unit: shape rule and backward rule.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const Glu& /*op*/, Shapes inputs) {
  Shape y = inputs[0];
  if (y.empty() || y.back() % 2 != 0) {
    throw ShapeError("axis size must be divisible by 2. Received: x.shape=" + to_string(y) + " with axis=-1");
  }
  y.back() /= 2;
  return {y};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Glu& /*kind*/, Gradients dy, Wanted wanted) {
  return {wanted[0] ? emit_gradient(graph, op, GluBackward{}, {op.inputs[0], dy[0]}, op.inputs[0]) : none};
}

bool fits(const GluBackward& /*op*/, Shapes inputs, Shapes outputs) {
  return outputs[0] == inputs[0] && shapes(Glu{}, inputs.first(1)).front() == inputs[1];
}

}  // namespace sumi::graph
