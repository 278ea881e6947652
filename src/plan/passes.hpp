// The passes that turn the graph of a model into what this machine should run, one file each, in one visible order.
#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "graph/graph.hpp"

namespace sumi::plan {

/// What a pass may rely on.
struct PassContext {
  backend::Backend& backend;
  /// Values that somebody outside reads: predictions and the loss. They keep existing, in plain layout.
  std::vector<graph::ValueId> kept;
  int threads = 1;
};

/// AddBias behind a convolution or matrix product becomes its third operand.
void fuse_bias(graph::Graph& graph, const PassContext& context);
/// ReLU behind a convolution or matrix product becomes its epilogue.
void fuse_relu(graph::Graph& graph, const PassContext& context);
/// The bias gradient is taken where a convolution's weight gradient already reads the output gradient.
void fuse_bias_gradient(graph::Graph& graph, const PassContext& context);
/// Gives images the layout that the backend's convolutions prefer and keeps it between them; Reorder ops stand at the
/// edges.
void choose_layouts(graph::Graph& graph, const PassContext& context);

struct Pass {
  const char* name;
  void (*run)(graph::Graph&, const PassContext&);
};

/// All passes in their order.
const std::vector<Pass>& passes();

/// Runs all passes but those named in `disabled`, and verifies the graph after each. Throws ArgumentError, listing the
/// passes, where a name in `disabled` is none of them.
void optimize(graph::Graph& graph, const PassContext& context, const std::vector<std::string>& disabled = {});

}  // namespace sumi::plan
