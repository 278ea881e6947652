#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

void fuse_chain_gradients(graph::Graph& graph, const PassContext& context) {
  const Uses uses(graph);
  Edit edit(graph);
  for (int i = 0; i < static_cast<int>(graph.ops.size()); ++i) {
    const graph::Op& data = graph.ops[static_cast<std::size_t>(i)];
    const auto* chain = std::get_if<graph::NormChainBackwardData>(&data.attributes);
    if (chain == nullptr) continue;
    const int next = uses.sole_consumer(data.outputs[0], context.kept);
    if (next < 0) continue;
    graph::Op& conv = graph.ops[static_cast<std::size_t>(next)];
    const auto* kind = std::get_if<graph::Conv2dBackward>(&conv.attributes);
    if (kind == nullptr || kind->chain) continue;
    graph::Op fused = conv;
    std::get<graph::Conv2dBackward>(fused.attributes).chain = *chain;
    fused.inputs = {conv.inputs[0], conv.inputs[1], data.inputs[2], data.inputs[0], data.inputs[1], data.inputs[3]};
    if (!fuses(graph, fused, context)) continue;
    conv = std::move(fused);
    edit.erase(i);
  }
  edit.apply();
}

}  // namespace sumi::plan
