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

// Multiply-adds count as two; other ops one for each element that they read or write.
std::int64_t flops_of(const graph::Graph& graph, const graph::Op& op) {
  return std::visit(
      [&](const auto& attributes) -> std::int64_t {
        using T = std::decay_t<decltype(attributes)>;
        if constexpr (std::is_same_v<T, graph::Conv2d>) {
          const Shape& kernel = graph.shape(op.inputs[1]);
          return 2 * size_of(graph, op.outputs[0]) * kernel[0] * kernel[1] * kernel[2];
        } else if constexpr (std::is_same_v<T, graph::Conv2dBackwardData>) {
          const Shape& kernel = graph.shape(op.inputs[1]);
          return 2 * size_of(graph, op.inputs[0]) * kernel[0] * kernel[1] * kernel[2];
        } else if constexpr (std::is_same_v<T, graph::Conv2dBackwardWeights>) {
          const Shape& kernel = graph.shape(op.outputs[0]);
          return 2 * size_of(graph, op.inputs[1]) * kernel[0] * kernel[1] * kernel[2];
        } else if constexpr (std::is_same_v<T, graph::MatMul>) {
          const std::int64_t inner = graph.shape(op.inputs[0])[attributes.transpose_a ? 0 : 1];
          return 2 * size_of(graph, op.outputs[0]) * inner;
        } else if constexpr (std::is_same_v<T, graph::Reorder> || std::is_same_v<T, graph::Transpose> ||
                             std::is_same_v<T, graph::Reshape>) {
          return 0;
        } else {
          std::int64_t elements = 0;
          for (const graph::ValueId id : op.inputs) elements += size_of(graph, id);
          for (const graph::ValueId id : op.outputs) elements += size_of(graph, id);
          return elements;
        }
      },
      op.attributes);
}

std::string fused_text(const graph::Op& op) {
  const auto epilogue = [&](ActivationKind kind) {
    std::string text = op.inputs.size() > 2 && op.inputs[2] != graph::none ? "bias" : "";
    if (kind == ActivationKind::relu) text += text.empty() ? "relu" : " relu";
    return text;
  };
  if (const auto* conv = std::get_if<graph::Conv2d>(&op.attributes)) return epilogue(conv->epilogue);
  if (const auto* product = std::get_if<graph::MatMul>(&op.attributes)) return epilogue(product->epilogue);
  if (std::holds_alternative<graph::Conv2dBackwardWeights>(op.attributes) && op.outputs.size() > 1 &&
      op.outputs[1] != graph::none) {
    return "bias gradient";
  }
  return "";
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
    std::int64_t elements = 0;
    for (const graph::ValueId id : op.inputs) elements += size_of(graph_, id);
    for (const graph::ValueId id : op.outputs) elements += size_of(graph_, id);
    Shape output;
    for (const graph::ValueId id : op.outputs) {
      if (id == graph::none) continue;
      output = graph_.shape(id);
      break;
    }
    plan.steps.push_back({graph::name_of(op.attributes), op.layer, step.kernel->name(), std::move(output),
                          layout_text(graph_, op), fused_text(op), elements * std::int64_t{sizeof(float)},
                          flops_of(graph_, op), step.constant});
  }
  return plan;
}

}  // namespace sumi::plan
