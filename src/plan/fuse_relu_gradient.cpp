#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

void fuse_relu_gradient(graph::Graph& graph, const PassContext& context) {
  const Uses uses(graph);
  Edit edit(graph);
  for (graph::Op& op : graph.ops) {
    auto* chain = std::get_if<graph::NormChainBackwardData>(&op.attributes);
    if (chain == nullptr || chain->relu) continue;
    const int next = uses.sole_consumer(op.outputs[0], context.kept);
    if (next < 0) continue;
    const graph::Op& gradient = graph.ops[static_cast<std::size_t>(next)];
    const auto* activate = std::get_if<graph::ActivateBackward>(&gradient.attributes);
    if (activate == nullptr || !is_plain_relu(activate->kind, activate->arguments)) continue;
    // Whoever is positive behind a ReLU was so before it.
    if (gradient.inputs[0] != op.inputs[0] || gradient.inputs[1] != op.outputs[0]) continue;
    chain->relu = true;
    op.outputs[0] = gradient.outputs[0];
    edit.erase(next);
  }
  edit.apply();
}

}  // namespace sumi::plan
