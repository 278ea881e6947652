// The plan for people: bytes, floating-point operations and what was fused.
#include <type_traits>

#include "plan/executable.hpp"

namespace sumi::plan {

namespace {

const char* text_of(graph::Layout layout) {
  switch (layout) {
    case graph::Layout::plain:
      return "plain";
    case graph::Layout::blocked8:
      return "blocked8";
    case graph::Layout::blocked16:
      return "blocked16";
  }
  return "";
}

std::int64_t size_of(const graph::Graph& graph, graph::ValueId id) {
  return id == graph::none ? 0 : element_count(graph.shape(id));
}

// Of a direct convolution of x with a kernel, forward or either gradient: two for each product.
std::int64_t convolution_flops(const graph::Graph& graph, const graph::Conv2d& conv, graph::ValueId x,
                               graph::ValueId kernel) {
  const std::vector<Shape> operands = {graph.shape(x), graph.shape(kernel)};
  const Shape& window = operands[1];
  return 2 * element_count(graph::output_shapes(conv, operands)[0]) * window[0] * window[1] * window[2];
}

// One for each element that an op reads or writes.
std::int64_t elements_of(const graph::Graph& graph, const graph::Op& op) {
  std::int64_t elements = 0;
  for (const graph::ValueId id : op.inputs) elements += size_of(graph, id);
  for (const graph::ValueId id : op.outputs) elements += size_of(graph, id);
  return elements;
}

std::int64_t flops_of(const graph::Graph& graph, const graph::Op& op) {
  return std::visit(
      [&](const auto& attributes) -> std::int64_t {
        using T = std::decay_t<decltype(attributes)>;
        if constexpr (std::is_same_v<T, graph::Conv2d>) {
          return convolution_flops(graph, attributes, op.inputs[0], op.inputs[1]);
        } else if constexpr (std::is_same_v<T, graph::Conv2dBackwardData>) {
          return convolution_flops(graph, {attributes.window, attributes.groups}, op.outputs[0], op.inputs[1]);
        } else if constexpr (std::is_same_v<T, graph::Conv2dBackwardWeights>) {
          return convolution_flops(graph, {attributes.window, attributes.groups}, op.inputs[0], op.outputs[0]);
        } else if constexpr (std::is_same_v<T, graph::Conv2dBackward>) {
          const int gradients = op.outputs[0] == graph::none ? 1 : 2;
          return gradients *
                 convolution_flops(graph, {attributes.window, attributes.groups}, op.inputs[0], op.inputs[1]);
        } else if constexpr (std::is_same_v<T, graph::Conv2dChainBackwardWeights>) {
          return 2 * convolution_flops(graph, attributes.conv, op.inputs[0], op.inputs[1]);  // computed again, gradient
        } else if constexpr (std::is_same_v<T, graph::MatMul>) {
          const std::int64_t inner = graph.shape(op.inputs[0])[attributes.transpose_a ? 0 : 1];
          return 2 * size_of(graph, op.outputs[0]) * inner;
        } else if constexpr (std::is_same_v<T, graph::Reorder> || std::is_same_v<T, graph::Transpose> ||
                             std::is_same_v<T, graph::Reshape> || std::is_same_v<T, graph::Pad2d> ||
                             std::is_same_v<T, graph::Crop2d>) {
          return 0;
        } else {
          return elements_of(graph, op);
        }
      },
      op.attributes);
}

bool has(const std::vector<graph::ValueId>& operands, std::size_t index) {
  return index < operands.size() && operands[index] != graph::none;
}

// Batch norms and the pool of a chain in their order: `norm pool norm`.
std::string text_of(const graph::NormChain& chain) {
  std::string text;
  bool pooled = false;
  for (const graph::NormChain::Norm& norm : chain.norms) {
    if (norm.pooled && !pooled) text += text.empty() ? "pool" : " pool";
    pooled = pooled || norm.pooled;
    text += text.empty() ? "norm" : " norm";
  }
  return text;
}

// What a step does besides what its op's name says, in order.
std::string fused_text(const graph::Op& op) {
  std::string text;
  const auto add = [&text](bool holds, const std::string& word) {
    if (holds) text += text.empty() ? word : " " + word;
  };
  std::visit(
      [&](const auto& attributes) {
        using T = std::decay_t<decltype(attributes)>;
        if constexpr (std::is_same_v<T, graph::Conv2d> || std::is_same_v<T, graph::MatMul>) {
          add(has(op.inputs, 2), "bias");
          add(attributes.epilogue == ActivationKind::relu, "relu");
        }
        if constexpr (std::is_same_v<T, graph::Conv2d>) {
          add(has(op.outputs, 1) || has(op.outputs, 3), "moments");
          add(attributes.pool.has_value(), "pool");
        } else if constexpr (std::is_same_v<T, graph::Conv2dBackwardWeights>) {
          add(has(op.outputs, 1), "dbias");
        } else if constexpr (std::is_same_v<T, graph::Conv2dBackward>) {
          add(attributes.chain && attributes.chain->pool, "pool");
          add(attributes.chain && attributes.chain->relu, "relu");
          add(has(op.outputs, 0), "dx");
          add(true, "dw");
          add(has(op.outputs, 2), "dbias");
        } else if constexpr (std::is_same_v<T, graph::NormChain>) {
          add(true, text_of(attributes));
        } else if constexpr (std::is_same_v<T, graph::NormChainBackward>) {
          add(true, text_of(attributes.chain));
        } else if constexpr (std::is_same_v<T, graph::NormChainBackwardData>) {
          add(attributes.pool.has_value(), "pool");
          add(attributes.relu, "relu");
        } else if constexpr (std::is_same_v<T, graph::Conv2dChainBackwardWeights>) {
          add(true, "conv2d");
          add(attributes.conv.pool.has_value(), "pool");
          add(attributes.conv.epilogue == ActivationKind::relu, "relu");
          add(has(op.outputs, 1), "dbias");
        } else if constexpr (std::is_same_v<T, graph::FoldAffineBackward>) {
          add(has(op.outputs, 1), "gradient_sums");
        }
      },
      op.attributes);
  return text;
}

// The shape by which a person knows a step. A convolution's moments stand before what it pools, but say little.
Shape output_of(const graph::Graph& graph, const graph::Op& op) {
  const bool skips_moments = std::holds_alternative<graph::Conv2d>(op.attributes) && has(op.outputs, 2);
  for (std::size_t i = 0; i < op.outputs.size(); ++i) {
    if (has(op.outputs, i) && !(skips_moments && i == 1)) return graph.shape(op.outputs[i]);
  }
  return {};
}

std::string layout_text(const graph::Graph& graph, const graph::Op& op) {
  const auto layout = [&](const std::vector<graph::ValueId>& ids) {
    for (const graph::ValueId id : ids) {
      if (id == graph::none) continue;
      const graph::Layout found = graph.values[static_cast<std::size_t>(id)].layout;
      if (found != graph::Layout::plain) return found;
    }
    return graph::Layout::plain;
  };
  const graph::Layout in = layout(op.inputs);
  const graph::Layout out = layout(op.outputs);
  return in == out ? text_of(out) : std::string(text_of(in)) + " -> " + text_of(out);
}

}  // namespace

Plan Executable::describe() const {
  Plan plan{{},
            0,
            false,
            static_cast<std::int64_t>(arena_floats_ * sizeof(float)),
            static_cast<std::int64_t>(unshared_floats_ * sizeof(float))};
  for (const Step& step : steps_) {
    const graph::Op& op = graph_.ops[step.op];
    plan.steps.push_back({graph::name_of(op.attributes), op.layer, step.kernel->name(), output_of(graph_, op),
                          layout_text(graph_, op), fused_text(op),
                          elements_of(graph_, op) * std::int64_t{sizeof(float)}, flops_of(graph_, op), step.constant});
  }
  return plan;
}

}  // namespace sumi::plan
