// The same memory under another shape: backward is the way back.
#include "graph/ops/ops.hpp"

namespace sumi::graph {

std::vector<ValueId> backward(Graph& graph, const Op& op, const Reshape& /*kind*/, Gradients dy, Wanted wanted) {
  return {wanted[0] ? emit_gradient(graph, op, Reshape{}, {dy[0]}, op.inputs[0]) : none};
}

bool fits(const Reshape& /*op*/, Shapes inputs, Shapes outputs) {
  return element_count(inputs[0]) == element_count(outputs[0]);
}

}  // namespace sumi::graph
