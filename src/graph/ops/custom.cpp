// An op of the user's own: shape rule and backward rule.
#include "sumi/custom_op.hpp"

#include <algorithm>

#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const Custom& op, Shapes inputs) {
  if (!op.op || !op.op->output_shape || !op.op->forward) {
    throw ArgumentError("Expected a custom op with `output_shape` and `forward`. Received " +
                        (op.op ? "'" + op.op->name + "' without one of them." : std::string("none.")));
  }
  return {op.op->output_shape({inputs.begin(), inputs.end()})};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Custom& kind, Gradients dy, Wanted wanted) {
  std::vector<ValueId> result(op.inputs.size(), none);
  if (std::find(wanted.begin(), wanted.end(), true) == wanted.end()) return result;
  if (!kind.op->backward) {
    throw ArgumentError("Custom op '" + kind.op->name + "' of layer '" + op.layer +
                        "' has no `backward`, but a weight before it is trained.");
  }
  // The user's function writes every gradient, so that each needs memory, wanted or not.
  std::vector<ValueId> gradients;
  for (const ValueId input : op.inputs) gradients.push_back(new_gradient(graph, input));
  std::vector<ValueId> inputs = op.inputs;
  inputs.push_back(op.outputs[0]);
  inputs.push_back(dy[0]);
  graph.ops.push_back({CustomBackward{kind.op}, std::move(inputs), gradients, op.layer});
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = wanted[i] ? gradients[i] : none;
  return result;
}

bool fits(const CustomBackward& op, Shapes inputs, Shapes outputs) {
  if (inputs.size() != outputs.size() + 2) return false;
  const Shapes forward = inputs.first(outputs.size());
  const Shape& y = inputs[outputs.size()];
  return std::equal(forward.begin(), forward.end(), outputs.begin()) && inputs.back() == y &&
         shapes(Custom{op.op}, forward).front() == y;
}

}  // namespace sumi::graph
