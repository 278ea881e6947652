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
  bool chooses_layouts = true;  ///< Whether choose_layouts will run: then a fused op may want images in blocks.
};

/// AddBias behind a convolution, transposed or not, or a matrix product becomes its third operand.
void fuse_bias(graph::Graph& graph, const PassContext& context);
/// ReLU behind a convolution or matrix product becomes its epilogue.
void fuse_relu(graph::Graph& graph, const PassContext& context);
/// The bias gradient is taken where a convolution's weight gradient already reads the output gradient.
void fuse_bias_gradient(graph::Graph& graph, const PassContext& context);
/// Softmax and the cross entropy of its input become one op, whose gradient is read off the softmax.
void fuse_softmax_loss(graph::Graph& graph, const PassContext& context);
/// Batch norms, with a max-pool among them, become one affine map per channel behind the pool; what comes back through
/// them becomes two sums and one pass over the data.
void fuse_norms(graph::Graph& graph, const PassContext& context);
/// The ReLU before a batch norm is differentiated in the pass that makes the norm's gradient.
void fuse_relu_gradient(graph::Graph& graph, const PassContext& context);
/// An affine map moves into the kernel and bias of the convolution or product behind it, where no padding is in the
/// way; the sums that the norm before needs are then read off the kernel's gradient. Comes before merging gradients.
void fold_affine(graph::Graph& graph, const PassContext& context);
/// Moments and max-pool are taken from a convolution's output while it is made.
void fuse_convolution_statistics(graph::Graph& graph, const PassContext& context);
/// A convolution whose output only its own weights' gradient would read again is computed again there.
void recompute_convolutions(graph::Graph& graph, const PassContext& context);
/// The two gradients of a convolution are made in one pass over the gradient of its output.
void fuse_convolution_gradients(graph::Graph& graph, const PassContext& context);
/// The way back through a chain is made where the convolution's merged gradients read it.
void fuse_chain_gradients(graph::Graph& graph, const PassContext& context);
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
