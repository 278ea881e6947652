// Who makes and who reads each value of a graph.
#pragma once

#include <algorithm>
#include <vector>

#include "graph/graph.hpp"

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

  /// The only op that reads `id`, or -1 where there are none, several, or somebody outside.
  int sole_consumer(graph::ValueId id, const std::vector<graph::ValueId>& kept) const {
    const std::vector<int>& readers = consumers[static_cast<std::size_t>(id)];
    const bool outside = std::find(kept.begin(), kept.end(), id) != kept.end();
    return readers.size() == 1 && !outside ? readers[0] : -1;
  }
};

/// Drops the marked ops.
inline void erase_ops(graph::Graph& graph, const std::vector<bool>& dead) {
  std::vector<graph::Op> alive;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    if (!dead[i]) alive.push_back(std::move(graph.ops[i]));
  }
  graph.ops = std::move(alive);
}

}  // namespace sumi::plan
