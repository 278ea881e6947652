// The ops of losses, written into the graph.
#include "graph/builder.hpp"
#include "sumi/lowering.hpp"

namespace sumi {
namespace {

/// The op of kind T that makes a value, or null.
template <class T>
const graph::Op* maker(const graph::Graph& graph, graph::ValueId value) {
  for (const graph::Op& op : graph.ops) {
    if (std::holds_alternative<T>(op.attributes) && op.outputs[0] == value) return &op;
  }
  return nullptr;
}

bool is_plain_softmax(const graph::Op& op, int last_axis) {
  const auto& softmax = std::get<graph::Softmax>(op.attributes);
  return !softmax.log && softmax.axes == std::vector<int>{last_axis} && op.inputs[1] == graph::none;
}

}  // namespace

Value Lowering::cross_entropy(Value y_true, Value y_pred, bool sparse, bool from_logits, double label_smoothing,
                              std::optional<std::int64_t> ignore_class) {
  graph::Builder& b = *builder_;
  // A softmax and the logarithm after it cancel: on the logits nothing saturates.
  const graph::Op* softmax = from_logits ? nullptr : maker<graph::Softmax>(b.graph, y_pred.id);
  if (softmax != nullptr && is_plain_softmax(*softmax, static_cast<int>(shape(y_pred).size()) - 1)) {
    y_pred.id = softmax->inputs[0];
    from_logits = true;
  }
  const std::vector<graph::ValueId> outputs =
      b.emit(graph::CrossEntropy{sparse, from_logits, label_smoothing, ignore_class}, {y_pred.id, y_true.id});
  if (outputs.size() > 1) b.masks_[outputs[0]] = outputs[1];
  return {outputs[0]};
}

Value Lowering::pointwise_loss(PointwiseLossKind kind, Value y_true, Value y_pred, LossArguments arguments) {
  const bool of_probabilities =
      kind == PointwiseLossKind::binary_cross_entropy || kind == PointwiseLossKind::binary_focal_cross_entropy;
  if (of_probabilities && !arguments.from_logits) {
    const graph::Op* sigmoid = maker<graph::Activate>(builder_->graph, y_pred.id);
    if (sigmoid != nullptr && std::get<graph::Activate>(sigmoid->attributes).kind == ActivationKind::sigmoid) {
      y_pred.id = sigmoid->inputs[0];
      arguments.from_logits = true;
    }
  }
  return {builder_->emit_one(graph::PointwiseLoss{kind, arguments}, {y_pred.id, y_true.id})};
}

Value Lowering::row_loss(RowLossKind kind, Value y_true, Value y_pred, const LossArguments& arguments) {
  return {builder_->emit_one(graph::RowLoss{kind, arguments}, {y_pred.id, y_true.id})};
}

}  // namespace sumi
