// Sum and product of values of one shape: shape rules and backward rules.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

Shape common_shape(const char* name, Shapes inputs) {
  for (const Shape& shape : inputs) require_shape(std::string("operands of ") + name, shape, inputs[0]);
  return inputs[0];
}

}  // namespace

std::vector<Shape> shapes(const Add& /*op*/, Shapes inputs) { return {common_shape("add", inputs)}; }

std::vector<Shape> shapes(const Multiply& /*op*/, Shapes inputs) { return {common_shape("multiply", inputs)}; }

std::vector<ValueId> backward(Graph& /*graph*/, const Op& op, const Add& /*kind*/, Gradients dy, Wanted wanted) {
  std::vector<ValueId> result(op.inputs.size(), none);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = wanted[i] ? dy[0] : none;
  return result;
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Multiply& /*kind*/, Gradients dy, Wanted wanted) {
  const ValueId a = op.inputs[0];
  const ValueId b = op.inputs[1];
  return {wanted[0] ? emit_gradient(graph, op, Multiply{}, {dy[0], b}, a) : none,
          wanted[1] ? emit_gradient(graph, op, Multiply{}, {dy[0], a}, b) : none};
}

}  // namespace sumi::graph
