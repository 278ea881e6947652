// x * scale + offset with constant numbers: shape rule and backward rule.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const Affine& op, Shapes inputs) {
  const Shape& x = inputs[0];
  const std::size_t channels = x.empty() ? 1 : static_cast<std::size_t>(x.back());
  for (const std::size_t count : {op.scale.size(), op.offset.size()}) {
    if (count == 1 || count == channels) continue;
    throw ShapeError("Expected one number, or one per channel, as scale and offset. Received " + std::to_string(count) +
                     " numbers for the input shape " + to_string(x) + ".");
  }
  return {x};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Affine& kind, Gradients dy, Wanted wanted) {
  return {wanted[0] ? emit_gradient(graph, op, Affine{kind.scale, {0.0}}, {dy[0]}, op.inputs[0]) : none};
}

}  // namespace sumi::graph
