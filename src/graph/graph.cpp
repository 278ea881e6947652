// The graph's own operations: adding values, asking ops for shapes and gradients, and the whole backward.
#include "graph/graph.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

// In the order of Attributes.
constexpr std::array names = {
    "conv2d",
    "conv2d_backward_data",
    "conv2d_backward_weights",
    "conv2d_backward",
    "matmul",
    "add_bias",
    "sum_to_bias",
    "activate",
    "activate_backward",
    "prelu",
    "prelu_backward",
    "glu",
    "glu_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "pad2d",
    "crop2d",
    "upsample2d",
    "upsample2d_backward",
    "batch_norm",
    "batch_norm_backward",
    "group_norm",
    "group_norm_backward",
    "moments",
    "channel_affine",
    "norm_chain",
    "gradient_sums",
    "norm_chain_backward",
    "norm_chain_backward_data",
    "conv2d_chain_backward",
    "fold_affine",
    "fold_affine_backward",
    "dropout",
    "gaussian_noise",
    "random_affine",
    "random_affine_backward",
    "random_crop",
    "random_crop_backward",
    "random_erase",
    "reshape",
    "transpose",
    "softmax",
    "softmax_backward",
    "sparsemax",
    "sparsemax_backward",
    "affine",
    "add",
    "multiply",
    "cross_entropy",
    "cross_entropy_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "pointwise_loss",
    "pointwise_loss_backward",
    "row_loss",
    "row_loss_backward",
    "reduce_loss",
    "reduce_loss_backward",
    "penalty",
    "penalty_backward",
    "reorder",
    "custom",
    "custom_backward",
};
static_assert(names.size() == std::variant_size_v<Attributes>);

std::size_t index(ValueId id) { return static_cast<std::size_t>(id); }

template <class Kind>
bool has_epilogue(const Kind& kind) {
  if constexpr (requires { kind.epilogue; }) return kind.epilogue != ActivationKind::linear;
  return false;
}

// One walk from the loss back to the parameters.
class Backward {
 public:
  Backward(Graph& graph, const std::vector<bool>& trainable)
      : graph_(graph),
        trainable_(trainable),
        op_count_(graph.ops.size()),
        needed_(graph.values.size(), false),
        first_reader_(graph.values.size(), op_count_),
        contributions_(graph.values.size()),
        gradients_(graph.values.size(), none) {
    for (std::size_t id = 0; id < graph.values.size(); ++id) needed_[id] = is_trained(graph.values[id]);
    for (std::size_t i = 0; i < op_count_; ++i) {
      const Op& op = graph.ops[i];
      bool reads_needed = false;
      for (const ValueId input : op.inputs) {
        if (input == none) continue;
        reads_needed = reads_needed || needed_[index(input)];
        first_reader_[index(input)] = std::min(first_reader_[index(input)], i);
      }
      for (const ValueId output : op.outputs) {
        if (output != none && graph.values[index(output)].role == Role::temporary)
          needed_[index(output)] = reads_needed;
      }
    }
  }

  std::vector<ValueId> run(ValueId loss) {
    if (needed_[index(loss)]) {
      contributions_[index(loss)] = {graph_.add_value({}, Role::one, "one")};
      for (std::size_t i = op_count_; i-- > 0;) step(i);
    }
    gradients_.resize(graph_.values.size(), none);
    return gradients_;
  }

 private:
  bool is_trained(const ValueInfo& value) const {
    return value.role == Role::parameter && trainable_.at(static_cast<std::size_t>(value.parameter));
  }

  void step(std::size_t i) {
    const Op op = graph_.ops[i];  // a copy: the list grows
    std::vector<ValueId> output_gradients;
    bool reached = false;
    for (const ValueId output : op.outputs) {
      output_gradients.push_back(output == none ? none : finish(output, op.layer));
      reached = reached || output_gradients.back() != none;
    }
    if (reached) {
      std::vector<bool> wanted;
      for (const ValueId input : op.inputs) wanted.push_back(input != none && needed_[index(input)]);
      const std::vector<ValueId> found = differentiate(graph_, op, output_gradients, wanted);
      for (std::size_t k = 0; k < found.size(); ++k) {
        if (found[k] != none) contributions_[index(op.inputs[k])].push_back(found[k]);
      }
    }
    // A parameter's gradient is complete once the first op that reads it has been passed.
    for (const ValueId input : op.inputs) {
      if (input != none && first_reader_[index(input)] == i && is_trained(graph_.values[index(input)])) {
        finish(input, op.layer);
      }
    }
  }

  // Sums what the readers of a value contributed to its gradient.
  ValueId finish(ValueId id, const std::string& layer) {
    ValueId& gradient = gradients_[index(id)];
    std::vector<ValueId>& parts = contributions_[index(id)];
    if (gradient != none || parts.empty()) return gradient;
    gradient = parts.front();
    if (parts.size() > 1) gradient = append(Add{}, std::move(parts), id, layer);
    if (is_trained(graph_.values[index(id)])) {
      // Where the same memory is already another gradient or is fed from outside, this one is a copy of it.
      if (graph_.values[index(gradient)].role != Role::temporary) gradient = append(Reshape{}, {gradient}, id, layer);
      graph_.values[index(gradient)].role = Role::gradient;
      graph_.values[index(gradient)].parameter = graph_.values[index(id)].parameter;
    }
    return gradient;
  }

  ValueId append(Attributes attributes, std::vector<ValueId> inputs, ValueId of, const std::string& layer) {
    const ValueId gradient = new_gradient(graph_, of);
    graph_.ops.push_back({std::move(attributes), std::move(inputs), {gradient}, layer});
    return gradient;
  }

  Graph& graph_;
  const std::vector<bool>& trainable_;
  std::size_t op_count_;
  std::vector<bool> needed_;                         // whether a trained parameter has a part in the value
  std::vector<std::size_t> first_reader_;            // op_count_ where there is none
  std::vector<std::vector<ValueId>> contributions_;  // to each value's gradient
  std::vector<ValueId> gradients_;
};

}  // namespace

const char* name_of(const Attributes& attributes) { return names[attributes.index()]; }

bool is_random(const Attributes& attributes) {
  return std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.seed; }) return true;
        if constexpr (requires { kind.forward.seed; }) return true;
        return false;
      },
      attributes);
}

int block_of(Layout layout) { return layout == Layout::blocked16 ? 16 : layout == Layout::blocked8 ? 8 : 0; }

bool is_kernel(const Attributes& attributes, std::size_t index, bool output) {
  const auto is = [&]<class... Kinds>() { return (std::holds_alternative<Kinds>(attributes) || ...); };
  if (is.operator()<FoldAffine>()) return index == 0;
  if (is.operator()<FoldAffineBackward>()) return output ? index == 0 : index == 0 || index == 2;
  if (!output) {
    return index == 1 && is.operator()<Conv2d, Conv2dBackwardData, Conv2dBackward, Conv2dChainBackwardWeights>();
  }
  if (is.operator()<Conv2dBackward>()) return index == 1;
  return index == 0 && is.operator()<Conv2dBackwardWeights, Conv2dChainBackwardWeights>();
}

ValueId Graph::add_value(Shape shape_, Role role, std::string name) {
  values.push_back({std::move(shape_), role, Layout::plain, -1, std::move(name)});
  return static_cast<ValueId>(values.size()) - 1;
}

std::vector<Shape> output_shapes(const Attributes& attributes, std::span<const Shape> inputs) {
  return std::visit(
      [&](const auto& kind) -> std::vector<Shape> {
        if constexpr (requires { shapes(kind, inputs); }) return shapes(kind, inputs);
        throw std::logic_error(std::string("the op ") + name_of(attributes) + " has no shape rule");
      },
      attributes);
}

std::vector<ValueId> differentiate(Graph& graph, const Op& op, std::span<const ValueId> output_gradients,
                                   const std::vector<bool>& wanted) {
  const Op source = op;  // a copy: `op` may be one of the graph's, whose list grows
  return std::visit(
      [&](const auto& kind) -> std::vector<ValueId> {
        if (has_epilogue(kind)) {
          throw std::logic_error(std::string(name_of(source.attributes)) + " of layer '" + source.layer +
                                 "' has an epilogue: fusing comes after the backward");
        }
        if constexpr (requires { backward(graph, source, kind, output_gradients, wanted); }) {
          return backward(graph, source, kind, output_gradients, wanted);
        }
        throw std::logic_error(std::string("the op ") + name_of(source.attributes) + " has no backward rule");
      },
      source.attributes);
}

std::vector<ValueId> append_backward(Graph& graph, ValueId loss, const std::vector<bool>& trainable) {
  if (!graph.shape(loss).empty()) {
    throw ShapeError("Expected a loss that is one number. Received shape " + to_string(graph.shape(loss)) + ".");
  }
  return Backward(graph, trainable).run(loss);
}

}  // namespace sumi::graph
