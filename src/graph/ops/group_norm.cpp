// Normalisation of each sample by groups of channels: shape rule and backward rule.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

enum Input { x, gamma, beta };
enum Output { y, mean, inv_std };

}  // namespace

std::vector<Shape> shapes(const GroupNorm& op, Shapes inputs) {
  const Shape& image = inputs[x];
  if (image.size() < 2 || op.groups <= 0 || image.back() % op.groups != 0) {
    throw ShapeError("Expected an input of group_norm (N, ..., C) whose channels are a multiple of " +
                     std::to_string(op.groups) + " groups. Received shape " + to_string(image) + ".");
  }
  require_shape_if_present("gamma of group_norm", operand(inputs, gamma), {image.back()});
  require_shape_if_present("beta of group_norm", operand(inputs, beta), {image.back()});
  const Shape moments = {image[0], op.groups};
  return {image, moments, moments};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const GroupNorm& kind, Gradients dy, Wanted wanted) {
  std::vector<ValueId> result(op.inputs.size(), none);
  if (dy[y] == none) return result;  // the moments have no gradient
  bool any = false;
  for (const Input i : {x, gamma, beta}) {
    if (op.inputs[i] == none || !wanted[i]) continue;
    result[i] = new_gradient(graph, op.inputs[i]);
    any = true;
  }
  if (!any) return result;
  graph.ops.push_back({GroupNormBackward{kind.groups},
                       {op.inputs[x], op.inputs[gamma], op.outputs[mean], op.outputs[inv_std], dy[y]},
                       {result[x], result[gamma], result[beta]},
                       op.layer});
  return result;
}

bool fits(const GroupNormBackward& op, Shapes inputs, Shapes outputs) {
  const Shape& image = inputs[0];
  const std::vector<Shape> forward = shapes(GroupNorm{op.groups}, std::vector<Shape>{image, inputs[1], {}});
  require_shape("dy", inputs[4], image);
  for (const std::size_t i : {2U, 3U}) require_shape("the moments", inputs[i], forward[mean]);
  require_shape_if_present("dx", outputs[0], image);
  for (const std::size_t i : {1U, 2U}) require_shape_if_present("a gradient", outputs[i], {image.back()});
  return true;
}

}  // namespace sumi::graph
