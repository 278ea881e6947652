#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

namespace {

bool is_plain_relu(const graph::Op& op) {
  const auto* activate = std::get_if<graph::Activate>(&op.attributes);
  return activate != nullptr && activate->kind == ActivationKind::relu && activate->arguments.negative_slope == 0.0 &&
         !activate->arguments.max_value && activate->arguments.threshold == 0.0;
}

}  // namespace

void fuse_relu(graph::Graph& graph, const PassContext& context) {
  const Uses uses(graph);
  std::vector<bool> dead(graph.ops.size(), false);
  for (graph::Op& op : graph.ops) {
    ActivationKind* epilogue = nullptr;
    if (auto* conv = std::get_if<graph::Conv2d>(&op.attributes)) epilogue = &conv->epilogue;
    if (auto* product = std::get_if<graph::MatMul>(&op.attributes)) epilogue = &product->epilogue;
    if (epilogue == nullptr || *epilogue != ActivationKind::linear) continue;
    // In training the backward of ReLU reads its output, never its input, so that the input has this one reader.
    const int next = uses.sole_consumer(op.outputs[0], context.kept);
    if (next < 0 || !is_plain_relu(graph.ops[static_cast<std::size_t>(next)])) continue;
    *epilogue = ActivationKind::relu;
    op.outputs[0] = graph.ops[static_cast<std::size_t>(next)].outputs[0];
    dead[static_cast<std::size_t>(next)] = true;
  }
  erase_ops(graph, dead);
}

}  // namespace sumi::plan
