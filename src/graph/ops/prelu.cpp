// The rectifier with trained slopes: shape rule and backward rule.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const PRelu& /*op*/, Shapes inputs) {
  const Shape& x = inputs[0];
  const Shape& alpha = inputs[1];
  bool fits = !x.empty() && alpha.size() + 1 == x.size();
  for (std::size_t i = 0; fits && i < alpha.size(); ++i) fits = alpha[i] == 1 || alpha[i] == x[i + 1];
  if (!fits) {
    throw ShapeError(
        "Expected an alpha of prelu that has the dimensions of a sample, or 1 where it is shared. Received: alpha of "
        "shape " +
        to_string(alpha) + ", input shape " + to_string(x) + ".");
  }
  return {x};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const PRelu& /*kind*/, Gradients dy, Wanted wanted) {
  std::vector<ValueId> result(2, none);
  if (!wanted[0] && !wanted[1]) return result;
  for (const std::size_t i : {0U, 1U}) {
    if (wanted[i]) result[i] = new_gradient(graph, op.inputs[i]);
  }
  graph.ops.push_back({PReluBackward{}, {op.inputs[0], op.inputs[1], dy[0]}, result, op.layer});
  return result;
}

bool fits(const PReluBackward& /*op*/, Shapes inputs, Shapes outputs) {
  require_shape("dy", inputs[2], shapes(PRelu{}, inputs.first(2)).front());
  require_shape_if_present("dx", outputs[0], inputs[0]);
  require_shape_if_present("dalpha", outputs[1], inputs[1]);
  return true;
}

}  // namespace sumi::graph
