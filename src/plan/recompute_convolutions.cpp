#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

void recompute_convolutions(graph::Graph& graph, const PassContext& context) {
  const Uses uses(graph);
  Edit edit(graph);
  for (graph::Op& conv : graph.ops) {
    const auto* kind = std::get_if<graph::Conv2d>(&conv.attributes);
    if (kind == nullptr || conv.outputs.size() < 3 || conv.outputs[0] == graph::none) continue;
    // Nobody reads the output but the way back to it, and that ends in the weights' gradient.
    const int data_at = uses.sole_consumer(conv.outputs[0], context.kept);
    if (data_at < 0) continue;
    const graph::Op& data = graph.ops[static_cast<std::size_t>(data_at)];
    const auto* chain = std::get_if<graph::NormChainBackwardData>(&data.attributes);
    if (chain == nullptr || chain->relu != (kind->epilogue == ActivationKind::relu) || chain->pool != kind->pool)
      continue;
    const int weights_at = uses.sole_consumer(data.outputs[0], context.kept);
    if (weights_at < 0) continue;
    const graph::Op& weights = graph.ops[static_cast<std::size_t>(weights_at)];
    if (!std::holds_alternative<graph::Conv2dBackwardWeights>(weights.attributes)) continue;

    graph::Op fused{graph::Conv2dChainBackwardWeights{*kind},
                    {conv.inputs[0], conv.inputs[1], conv.inputs[2], data.inputs[1], data.inputs[2], data.inputs[3]},
                    weights.outputs,
                    conv.layer};
    if (!fuses(graph, fused, context)) continue;
    edit.insert_before(weights_at, std::move(fused));
    edit.erase(data_at);
    edit.erase(weights_at);
    conv.outputs[0] = graph::none;
  }
  edit.apply();
}

}  // namespace sumi::plan
