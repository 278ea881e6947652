// Dropout and noise: shape rules and backward rules.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const Dropout& op, Shapes inputs) {
  const Shape& x = inputs[0];
  bool fits = op.noise_shape.size() == x.size();
  for (std::size_t i = 0; fits && i < x.size(); ++i) fits = op.noise_shape[i] == 1 || op.noise_shape[i] == x[i];
  if (!fits) {
    throw ShapeError(
        "Expected a noise shape of dropout that has the input's dimensions, or 1 where the mask is shared."
        " Received: noise shape " +
        to_string(op.noise_shape) + ", input shape " + to_string(x) + ".");
  }
  return {x};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Dropout& kind, Gradients dy, Wanted wanted) {
  if (!wanted[0]) return {none};
  Dropout gradient = kind;
  gradient.dropped = 0.0;
  return {emit_gradient(graph, op, gradient, {dy[0]}, op.inputs[0])};
}

std::vector<Shape> shapes(const GaussianNoise& /*op*/, Shapes inputs) { return {inputs[0]}; }

std::vector<ValueId> backward(Graph& graph, const Op& op, const GaussianNoise& kind, Gradients dy, Wanted wanted) {
  if (!wanted[0]) return {none};
  return {kind.multiplies ? emit_gradient(graph, op, kind, {dy[0]}, op.inputs[0]) : dy[0]};
}

}  // namespace sumi::graph
