#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

void fuse_relu(graph::Graph& graph, const PassContext& context) {
  const Uses uses(graph);
  Edit edit(graph);
  for (graph::Op& op : graph.ops) {
    ActivationKind* epilogue = nullptr;
    if (auto* conv = std::get_if<graph::Conv2d>(&op.attributes)) epilogue = &conv->epilogue;
    if (auto* product = std::get_if<graph::MatMul>(&op.attributes)) epilogue = &product->epilogue;
    if (epilogue == nullptr || *epilogue != ActivationKind::linear) continue;
    // In training the backward of ReLU reads its output, never its input, so that the input has this one reader.
    const int next = uses.sole_consumer(op.outputs[0], context.kept);
    if (next < 0) continue;
    const auto* activate = std::get_if<graph::Activate>(&graph.ops[static_cast<std::size_t>(next)].attributes);
    if (activate == nullptr || !is_plain_relu(activate->kind, activate->arguments)) continue;
    *epilogue = ActivationKind::relu;
    op.outputs[0] = graph.ops[static_cast<std::size_t>(next)].outputs[0];
    edit.erase(next);
  }
  edit.apply();
}

}  // namespace sumi::plan
