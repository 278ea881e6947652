#include <algorithm>

#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

void fuse_bias(graph::Graph& graph, const PassContext& context) {
  const Uses uses(graph);
  Edit edit(graph);
  for (graph::Op& op : graph.ops) {
    // The third is a layer's transposed convolution: nothing is added to a gradient.
    const bool fusable = std::holds_alternative<graph::Conv2d>(op.attributes) ||
                         std::holds_alternative<graph::MatMul>(op.attributes) ||
                         std::holds_alternative<graph::Conv2dBackwardData>(op.attributes);
    if (!fusable || (op.inputs.size() > 2 && op.inputs[2] != graph::none)) continue;
    const int next = uses.sole_consumer(op.outputs[0], context.kept);
    if (next < 0) continue;
    const graph::Op& bias = graph.ops[static_cast<std::size_t>(next)];
    if (!std::holds_alternative<graph::AddBias>(bias.attributes) || bias.inputs[0] != op.outputs[0]) continue;
    // The bias is a weight or an earlier value only where it exists before this op; a weight always does.
    if (uses.producer[static_cast<std::size_t>(bias.inputs[1])] != -1) continue;
    op.inputs.resize(std::max<std::size_t>(op.inputs.size(), 3), graph::none);
    op.inputs[2] = bias.inputs[1];
    op.outputs[0] = bias.outputs[0];
    edit.erase(next);
  }
  edit.apply();
}

}  // namespace sumi::plan
