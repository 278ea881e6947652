#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

namespace {

using graph::none;
using graph::Op;
using graph::ValueId;

bool has_padding(const graph::Window& w) { return w.pad_top + w.pad_left + w.pad_bottom + w.pad_right > 0; }

// One map, the op whose kernel it can move into, and that op's way back. Numbers of ops; -1 where there is none.
struct Fold {
  int map = -1;
  int reshape = -1;  // between the two
  int op = -1;
  int weights = -1;  // its kernel's gradient
};

class Folder {
 public:
  Folder(graph::Graph& graph, const PassContext& context)
      : graph_(graph), context_(context), uses_(graph), edit_(graph) {}

  void run() {
    const auto count = static_cast<int>(graph_.ops.size());
    for (int i = 0; i < count; ++i) {
      if (!std::holds_alternative<graph::ChannelAffine>(op(i).attributes)) continue;
      Fold fold;
      fold.map = i;
      if (find(fold)) rewrite(fold);
    }
    edit_.apply();
  }

 private:
  Op& op(int i) { return graph_.ops[static_cast<std::size_t>(i)]; }

  // Whether what reads the mapped values is an op that can take the map, and its kernel's gradient at most.
  bool find(Fold& fold) {
    ValueId y = op(fold.map).outputs[0];
    if (const int next = uses_.sole_consumer(y, context_.kept); next >= 0) {
      if (std::holds_alternative<graph::Reshape>(op(next).attributes)) {
        fold.reshape = next;
        y = op(next).outputs[0];
      }
    }
    if (std::find(context_.kept.begin(), context_.kept.end(), y) != context_.kept.end()) return false;
    for (const int i : uses_.readers(y)) {
      const bool forward = is_foldable(i, y);
      if (forward && fold.op < 0) {
        fold.op = i;
      } else if (std::holds_alternative<graph::Conv2dBackwardWeights>(op(i).attributes) && op(i).inputs[0] == y) {
        fold.weights = i;
      } else {
        return false;
      }
    }
    return fold.op >= 0;
  }

  // A convolution without padding, or a matrix product whose rows are the values; the kernel a weight.
  bool is_foldable(int i, ValueId y) {
    const Op& reader = op(i);
    if (const auto* conv = std::get_if<graph::Conv2d>(&reader.attributes)) {
      return reader.inputs[0] == y && conv->groups == 1 && !has_padding(conv->window) &&
             uses_.is_fed(reader.inputs[1]) && uses_.is_fed(reader.inputs[2]);
    }
    const auto* product = std::get_if<graph::MatMul>(&reader.attributes);
    return product != nullptr && !product->transpose_a && !product->transpose_b && reader.inputs[0] == y &&
           uses_.is_fed(reader.inputs[1]) && uses_.is_fed(reader.inputs[2]);
  }

  void rewrite(const Fold& fold) {
    Op& target = op(fold.op);
    const Op& affine = op(fold.map);
    const ValueId kernel = target.inputs[1];
    const ValueId map = affine.inputs[1];
    const Shape filters = {graph_.shape(kernel).back()};
    const ValueId folded =
        graph_.add_value(graph_.shape(kernel), graph::Role::temporary, target.layer + ".folded_kernel");
    const ValueId bias = graph_.add_value(filters, graph::Role::temporary, target.layer + ".folded_bias");
    edit_.insert_before(fold.op, {graph::FoldAffine{}, {kernel, target.inputs[2], map}, {folded, bias}, target.layer});
    target.inputs[1] = folded;
    target.inputs[2] = bias;
    ValueId x = affine.inputs[0];
    if (fold.reshape >= 0) {
      op(fold.reshape).inputs[0] = x;
      x = op(fold.reshape).outputs[0];
    }
    target.inputs[0] = x;
    edit_.erase(fold.map);
    if (fold.weights >= 0) rewrite_backward(fold, kernel, map, x);
  }

  void rewrite_backward(const Fold& fold, ValueId kernel, ValueId map, ValueId x) {
    Op& weights = op(fold.weights);
    const ValueId dkernel = weights.outputs[0];
    const ValueId raw =
        graph_.add_value(graph_.shape(dkernel), graph::Role::temporary, weights.layer + ".folded_gradient");
    weights.inputs[0] = x;
    weights.outputs.resize(2, none);
    weights.outputs[0] = raw;
    if (weights.outputs[1] == none) {
      weights.outputs[1] =
          graph_.add_value({graph_.shape(kernel).back()}, graph::Role::temporary, weights.layer + ".dbias");
    }
    // The sums that the norm before needs of the gradient that goes back are read off the kernel's gradient.
    ValueId moments = none;
    ValueId sums = none;
    for (const int i : uses_.readers(x)) {
      if (!std::holds_alternative<graph::GradientSums>(op(i).attributes) || op(i).inputs[0] != x) continue;
      if (!is_gradient_of(fold, op(i).inputs[1])) continue;
      moments = op(i).inputs[2];
      sums = op(i).outputs[0];
      edit_.erase(i);
    }
    edit_.insert_before(
        fold.weights + 1,
        {graph::FoldAffineBackward{}, {kernel, map, raw, weights.outputs[1], moments}, {dkernel, sums}, weights.layer});
  }

  // Whether `dy` is what the folded op's way back makes of its input's gradient.
  bool is_gradient_of(const Fold& fold, ValueId dy) {
    const int producer = uses_.producer[static_cast<std::size_t>(dy)];
    return producer >= 0 && std::holds_alternative<graph::Conv2dBackwardData>(op(producer).attributes) &&
           op(producer).inputs[0] == op(fold.weights).inputs[1];
  }

  graph::Graph& graph_;
  const PassContext& context_;
  Uses uses_;
  Edit edit_;
};

}  // namespace

void fold_affine(graph::Graph& graph, const PassContext& context) { Folder(graph, context).run(); }

}  // namespace sumi::plan
