// Images with other sizes: margins added or cut off, cells multiplied. Shape rules and backward rules.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

bool is_negative(const Ends& ends) { return ends.before < 0 || ends.after < 0; }

// The shape of x with so much more at each end; sign -1: so much less.
Shape with_margins(const char* name, const Margins& m, int sign, const Shape& x) {
  require_rank(std::string("the input of ") + name, x, 4);
  const std::int64_t height = x[1] + sign * (m.height.before + m.height.after);
  const std::int64_t width = x[2] + sign * (m.width.before + m.width.after);
  if (is_negative(m.height) || is_negative(m.width) || height < 1 || width < 1) {
    throw ShapeError(std::string("Expected margins of ") + name +
                     " that are not negative and leave something of the image. Received margins (top, bottom, left, "
                     "right) " +
                     to_string({m.height.before, m.height.after, m.width.before, m.width.after}) + ", input shape " +
                     to_string(x) + ".");
  }
  return {x[0], height, width, x[3]};
}

Shape multiplied(const Size2& factors, const Shape& x) {
  require_rank("the input of upsample2d", x, 4);
  if (factors.height < 1 || factors.width < 1) {
    throw ShapeError("Expected factors of upsample2d above 0. Received factors " +
                     to_string({factors.height, factors.width}) + ".");
  }
  return {x[0], x[1] * factors.height, x[2] * factors.width, x[3]};
}

}  // namespace

std::vector<Shape> shapes(const Pad2d& op, Shapes inputs) { return {with_margins("pad2d", op.margins, 1, inputs[0])}; }

std::vector<Shape> shapes(const Crop2d& op, Shapes inputs) {
  return {with_margins("crop2d", op.margins, -1, inputs[0])};
}

std::vector<Shape> shapes(const Upsample2d& op, Shapes inputs) { return {multiplied(op.factors, inputs[0])}; }

std::vector<ValueId> backward(Graph& graph, const Op& op, const Pad2d& kind, Gradients dy, Wanted wanted) {
  return {wanted[0] ? emit_gradient(graph, op, Crop2d{kind.margins}, {dy[0]}, op.inputs[0]) : none};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Crop2d& kind, Gradients dy, Wanted wanted) {
  return {wanted[0] ? emit_gradient(graph, op, Pad2d{kind.margins}, {dy[0]}, op.inputs[0]) : none};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Upsample2d& kind, Gradients dy, Wanted wanted) {
  if (!wanted[0]) return {none};
  return {emit_gradient(graph, op, Upsample2dBackward{kind.factors, kind.bilinear}, {dy[0]}, op.inputs[0])};
}

bool fits(const Upsample2dBackward& op, Shapes inputs, Shapes outputs) {
  return multiplied(op.factors, outputs[0]) == inputs[0];
}

}  // namespace sumi::graph
