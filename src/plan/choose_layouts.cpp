#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

namespace {

using graph::Layout;
using graph::ValueId;

bool can_be_blocked(const Shape& shape, Layout layout) {
  return shape.size() == 4 && layout != Layout::plain && shape[3] % graph::block_of(layout) == 0;
}

class LayoutChooser {
 public:
  LayoutChooser(graph::Graph& graph, const PassContext& context) : graph_(graph), context_(context) {}

  void run() {
    std::vector<graph::Op> ops = std::exchange(graph_.ops, {});
    for (graph::Op& op : ops) place(std::move(op));
    for (const ValueId id : context_.kept) hand_out_plain(id);
  }

 private:
  graph::ValueInfo& value(ValueId id) { return graph_.values[static_cast<std::size_t>(id)]; }

  backend::OpCase make_case(const graph::Op& op) { return case_of(graph_, op, context_.threads); }
  backend::Operand operand(ValueId id) {
    if (id == graph::none) return {{}, Layout::plain, false};
    return {value(id).shape, value(id).layout, true};
  }

  // The layout to aim at: the backend's wish, or that of the first blocked input.
  Layout wanted(const graph::Op& op) {
    std::vector<backend::Operand> inputs;
    for (const ValueId id : op.inputs) inputs.push_back(operand(id));
    const Layout preferred = context_.backend.preferred_layout(op.attributes, inputs, operand(first_image(op)));
    if (preferred != Layout::plain) return preferred;
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
      if (inputs[i].layout != Layout::plain) return inputs[i].layout;
    }
    return Layout::plain;
  }

  // The first output that is an image; the first of all where there is none.
  ValueId first_image(const graph::Op& op) {
    for (std::size_t i = 0; i < op.outputs.size(); ++i) {
      const bool image = op.outputs[i] != graph::none && value(op.outputs[i]).shape.size() == 4;
      if (image && !graph::is_kernel(op.attributes, i, true)) return op.outputs[i];
    }
    return op.outputs.empty() ? graph::none : op.outputs[0];
  }

  void set_outputs(const graph::Op& op, Layout layout) {
    for (std::size_t i = 0; i < op.outputs.size(); ++i) {
      if (op.outputs[i] == graph::none) continue;
      graph::ValueInfo& output = value(op.outputs[i]);
      const bool blocked = can_be_blocked(output.shape, layout) && output.role == graph::Role::temporary &&
                           !graph::is_kernel(op.attributes, i, true);
      output.layout = blocked ? layout : Layout::plain;
    }
  }

  // The same op with its image inputs in `layout`; the Reorder ops that are missing are only noted.
  graph::Op with_inputs(const graph::Op& op, Layout layout) {
    graph::Op changed = op;
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
      const ValueId id = op.inputs[i];
      if (id == graph::none || graph::is_kernel(op.attributes, i, false)) continue;
      if (layout != Layout::plain && !can_be_blocked(value(id).shape, layout)) continue;
      if (value(id).role == graph::Role::parameter) continue;
      if (value(id).layout != layout) changed.inputs[i] = reordered(id, layout);
    }
    return changed;
  }

  ValueId reordered(ValueId id, Layout layout) {
    const auto [found, fresh] = copies_.try_emplace({id, layout}, graph::none);
    if (fresh) {
      graph::ValueInfo info = value(id);
      info.layout = layout;
      info.role = graph::Role::temporary;
      graph_.values.push_back(std::move(info));
      found->second = static_cast<ValueId>(graph_.values.size()) - 1;
      copies_[{found->second, value(id).layout}] = id;
      sources_[found->second] = id;
    }
    return found->second;
  }

  void emit(graph::Op op) {
    for (const ValueId id : op.inputs) emit_reorder_of(id, op.layer);
    graph_.ops.push_back(std::move(op));
  }
  void emit_reorder_of(ValueId id, const std::string& layer) {
    const auto source = sources_.find(id);
    if (source == sources_.end()) return;
    graph_.ops.push_back({graph::Reorder{}, {source->second}, {id}, layer});
    sources_.erase(source);
  }

  void place(graph::Op op) {
    const Layout layout = wanted(op);
    if (layout != Layout::plain) {
      set_outputs(op, layout);
      if (context_.backend.supports(make_case(op))) return emit(std::move(op));
      graph::Op changed = with_inputs(op, layout);
      if (context_.backend.supports(make_case(changed))) return emit(std::move(changed));
    }
    set_outputs(op, Layout::plain);
    if (context_.backend.supports(make_case(op))) return emit(std::move(op));
    emit(with_inputs(op, Layout::plain));
  }

  // What is read from outside is plain: the kernels go on with a blocked value in its place, from which it is
  // reordered.
  void hand_out_plain(ValueId id) {
    if (value(id).layout == Layout::plain) return;
    graph_.values.push_back(value(id));
    const ValueId blocked = static_cast<ValueId>(graph_.values.size()) - 1;
    value(id).layout = Layout::plain;
    std::string layer;
    for (graph::Op& op : graph_.ops) {
      std::replace(op.inputs.begin(), op.inputs.end(), id, blocked);
      if (std::find(op.outputs.begin(), op.outputs.end(), id) == op.outputs.end()) continue;
      std::replace(op.outputs.begin(), op.outputs.end(), id, blocked);
      layer = op.layer;
    }
    graph_.ops.push_back({graph::Reorder{}, {blocked}, {id}, layer});
  }

  graph::Graph& graph_;
  const PassContext& context_;
  std::map<std::pair<ValueId, Layout>, ValueId> copies_;  // the same value in another layout
  std::map<ValueId, ValueId> sources_;                    // copies whose Reorder has not been emitted yet
};

}  // namespace

void choose_layouts(graph::Graph& graph, const PassContext& context) { LayoutChooser(graph, context).run(); }

}  // namespace sumi::plan
