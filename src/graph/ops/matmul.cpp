// Matrix product: shape rule and backward rule, which is two more products.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const MatMul& op, Shapes inputs) {
  const Shape& a = inputs[0];
  const Shape& b = inputs[1];
  require_rank("the first operand of matmul", a, 2);
  require_rank("the second operand of matmul", b, 2);
  const std::int64_t rows = op.transpose_a ? a[1] : a[0];
  const std::int64_t inner_a = op.transpose_a ? a[0] : a[1];
  const std::int64_t inner_b = op.transpose_b ? b[1] : b[0];
  const std::int64_t columns = op.transpose_b ? b[0] : b[1];
  if (inner_a != inner_b) {
    throw ShapeError("Expected operands of matmul whose inner dimensions are equal. Received shapes " + to_string(a) +
                     (op.transpose_a ? " (transposed) and " : " and ") + to_string(b) +
                     (op.transpose_b ? " (transposed)." : "."));
  }
  require_shape_if_present("the bias of matmul", operand(inputs, 2), {columns});
  return {{rows, columns}};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const MatMul& kind, Gradients dy, Wanted wanted) {
  const ValueId a = op.inputs[0];
  const ValueId b = op.inputs[1];
  const auto product = [&](ValueId left, bool transpose_left, ValueId right, bool transpose_right, ValueId of) {
    return emit_gradient(graph, op, MatMul{transpose_left, transpose_right, ActivationKind::linear},
                         {left, right, none}, of);
  };
  std::vector<ValueId> result(op.inputs.size(), none);
  if (wanted[1]) {
    result[1] = kind.transpose_b ? product(dy[0], true, a, kind.transpose_a, b)     // dy' a
                                 : product(a, !kind.transpose_a, dy[0], false, b);  // a' dy
  }
  if (operand(op.inputs, 2) != none && wanted[2]) {
    result[2] = emit_gradient(graph, op, SumToBias{}, {dy[0]}, op.inputs[2]);
  }
  if (wanted[0]) {
    result[0] = kind.transpose_a ? product(b, kind.transpose_b, dy[0], true, a)     // b dy'
                                 : product(dy[0], false, b, !kind.transpose_b, a);  // dy b'
  }
  return result;
}

}  // namespace sumi::graph
