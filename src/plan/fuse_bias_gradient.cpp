#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

void fuse_bias_gradient(graph::Graph& graph, const PassContext& /*context*/) {
  Edit edit(graph);
  for (graph::Op& weights : graph.ops) {
    if (!std::holds_alternative<graph::Conv2dBackwardWeights>(weights.attributes)) continue;
    if (weights.outputs.size() > 1 && weights.outputs[1] != graph::none) continue;
    for (std::size_t i = 0; i < graph.ops.size(); ++i) {
      const graph::Op& sum = graph.ops[i];
      if (edit.erased(static_cast<int>(i)) || !std::holds_alternative<graph::SumToBias>(sum.attributes) ||
          sum.inputs[0] != weights.inputs[1]) {
        continue;
      }
      // Whoever reads the bias gradient must stand behind both.
      bool read_between = false;
      for (const graph::Op& op : graph.ops) {
        if (&op == &weights) break;
        for (const graph::ValueId id : op.inputs) read_between = read_between || id == sum.outputs[0];
      }
      if (read_between) continue;
      weights.outputs.resize(2, graph::none);
      weights.outputs[1] = sum.outputs[0];
      edit.erase(static_cast<int>(i));
      break;
    }
  }
  edit.apply();
}

}  // namespace sumi::plan
