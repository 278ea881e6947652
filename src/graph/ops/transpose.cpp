// Permutation of the axes: shape rule and backward rule.
#include <algorithm>

#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const Transpose& op, Shapes inputs) {
  const Shape& x = inputs[0];
  std::vector<int> sorted = op.axes;
  std::sort(sorted.begin(), sorted.end());
  bool permutation = sorted.size() == x.size();
  for (std::size_t i = 0; permutation && i < sorted.size(); ++i) permutation = sorted[i] == static_cast<int>(i);
  if (!permutation) {
    throw ShapeError("Expected a permutation of the axes 0 to " + std::to_string(static_cast<int>(x.size()) - 1) +
                     " of the input of transpose. Received axes " + to_string({op.axes.begin(), op.axes.end()}) +
                     ", input shape " + to_string(x) + ".");
  }
  Shape y;
  for (const int axis : op.axes) y.push_back(x[static_cast<std::size_t>(axis)]);
  return {y};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Transpose& kind, Gradients dy, Wanted wanted) {
  Transpose inverse{std::vector<int>(kind.axes.size())};
  for (std::size_t i = 0; i < kind.axes.size(); ++i) {
    inverse.axes[static_cast<std::size_t>(kind.axes[i])] = static_cast<int>(i);
  }
  return {wanted[0] ? emit_gradient(graph, op, std::move(inverse), {dy[0]}, op.inputs[0]) : none};
}

}  // namespace sumi::graph
