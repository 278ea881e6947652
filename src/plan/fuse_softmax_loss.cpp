#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

namespace {

bool is_plain_softmax(const graph::Graph& graph, const graph::Op& op) {
  const auto* softmax = std::get_if<graph::Softmax>(&op.attributes);
  if (softmax == nullptr || softmax->log || (op.inputs.size() > 1 && op.inputs[1] != graph::none)) return false;
  return softmax->axes == std::vector<int>{static_cast<int>(graph.shape(op.outputs[0]).size()) - 1};
}

bool is_plain(const graph::CrossEntropy& loss) { return loss.sparse && loss.from_logits && !loss.ignore_class; }

}  // namespace

void fuse_softmax_loss(graph::Graph& graph, const PassContext& /*context*/) {
  const Uses uses(graph);
  Edit edit(graph);
  const auto op = [&graph](int i) -> graph::Op& { return graph.ops[static_cast<std::size_t>(i)]; };
  for (int i = 0; i < static_cast<int>(graph.ops.size()); ++i) {
    if (!is_plain_softmax(graph, op(i))) continue;
    const graph::ValueId x = op(i).inputs[0];
    const graph::ValueId softmax = op(i).outputs[0];
    for (const int k : uses.readers(x)) {
      const auto* loss = std::get_if<graph::CrossEntropy>(&op(k).attributes);
      if (loss == nullptr || !is_plain(*loss) || op(k).inputs[0] != x || !uses.is_fed(op(k).inputs[1])) continue;
      edit.insert_before(i, {graph::SoftmaxCrossEntropy{}, op(k).inputs, {softmax, op(k).outputs[0]}, op(k).layer});
      edit.erase(i);
      edit.erase(k);
      for (const int b : uses.readers(x)) {
        const auto* backward = std::get_if<graph::CrossEntropyBackward>(&op(b).attributes);
        if (backward == nullptr || !is_plain(backward->forward) || op(b).inputs[1] != op(k).inputs[1]) continue;
        op(b).attributes = graph::SoftmaxCrossEntropyBackward{};
        op(b).inputs[0] = softmax;
      }
      break;
    }
  }
  edit.apply();
}

}  // namespace sumi::plan
