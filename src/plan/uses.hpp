// What passes are written with: who makes and who reads each value of a graph, and changing its ops.
#pragma once

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "graph/graph.hpp"
#include "plan/passes.hpp"

namespace sumi::plan {

struct Uses {
  std::vector<int> producer;                ///< Index of the op that makes a value, -1 for fed ones.
  std::vector<std::vector<int>> consumers;  ///< Indices of the ops that read it, one entry for each op.

  explicit Uses(const graph::Graph& graph) : producer(graph.values.size(), -1), consumers(graph.values.size()) {
    for (std::size_t i = 0; i < graph.ops.size(); ++i) {
      for (const graph::ValueId id : graph.ops[i].outputs) {
        if (id != graph::none) producer[static_cast<std::size_t>(id)] = static_cast<int>(i);
      }
      for (const graph::ValueId id : graph.ops[i].inputs) {
        if (id == graph::none) continue;
        std::vector<int>& readers = consumers[static_cast<std::size_t>(id)];
        if (readers.empty() || readers.back() != static_cast<int>(i)) readers.push_back(static_cast<int>(i));
      }
    }
  }

  const std::vector<int>& readers(graph::ValueId id) const { return consumers[static_cast<std::size_t>(id)]; }
  /// Whether a value is fed from outside, and so exists before all ops; so does what is absent.
  bool is_fed(graph::ValueId id) const { return id == graph::none || producer[static_cast<std::size_t>(id)] < 0; }

  /// The only op that reads `id`, or -1 where there are none, several, or somebody outside.
  int sole_consumer(graph::ValueId id, const std::vector<graph::ValueId>& kept) const {
    const std::vector<int>& readers = consumers[static_cast<std::size_t>(id)];
    const bool outside = std::find(kept.begin(), kept.end(), id) != kept.end();
    return readers.size() == 1 && !outside ? readers[0] : -1;
  }
};

/// max(x, 0), without slope, limit or threshold.
inline bool is_plain_relu(ActivationKind kind, const ActivationArguments& arguments) {
  return kind == ActivationKind::relu && arguments.negative_slope == 0.0 && !arguments.max_value &&
         arguments.threshold == 0.0;
}

inline bool has_padding(const graph::Window& w) { return w.pad_top + w.pad_left + w.pad_bottom + w.pad_right > 0; }

/// An op with its operands as a backend is asked about them.
inline backend::OpCase case_of(const graph::Graph& graph, const graph::Op& op, int threads) {
  backend::OpCase made{op.attributes, {}, {}, threads};
  const auto operand = [&graph](graph::ValueId id) -> backend::Operand {
    if (id == graph::none) return {{}, graph::Layout::plain, false};
    const graph::ValueInfo& value = graph.values[static_cast<std::size_t>(id)];
    return {value.shape, value.layout, true};
  };
  for (const graph::ValueId id : op.inputs) made.inputs.push_back(operand(id));
  for (const graph::ValueId id : op.outputs) made.outputs.push_back(operand(id));
  return made;
}

/// Whether the backend would rather run this op than those that it is made of.
inline bool fuses(const graph::Graph& graph, const graph::Op& op, const PassContext& context) {
  return context.backend.fuses(case_of(graph, op, context.threads), context.chooses_layouts);
}

/// Collects changes to a graph's list of ops, by their numbers before any change, and makes them all at once.
class Edit {
 public:
  explicit Edit(graph::Graph& graph) : graph_(graph), erased_(graph.ops.size(), false), before_(graph.ops.size() + 1) {}

  bool erased(int op) const { return erased_[static_cast<std::size_t>(op)]; }
  void erase(int op) { erased_[static_cast<std::size_t>(op)] = true; }
  /// Puts a new op in front of another (or at the end: their count), behind those that were put there before.
  void insert_before(int op, graph::Op fresh) { before_[static_cast<std::size_t>(op)].push_back(std::move(fresh)); }

  void apply() {
    std::vector<graph::Op> result;
    for (std::size_t i = 0; i < before_.size(); ++i) {
      std::move(before_[i].begin(), before_[i].end(), std::back_inserter(result));
      if (i < erased_.size() && !erased_[i]) result.push_back(std::move(graph_.ops[i]));
    }
    graph_.ops = std::move(result);
  }

 private:
  graph::Graph& graph_;
  std::vector<bool> erased_;
  std::vector<std::vector<graph::Op>> before_;
};

}  // namespace sumi::plan
