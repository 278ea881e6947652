// What changes images at random: shape rules and backward rules.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

Shape resized(const std::string& what, const Shape& x, Size2 size) {
  require_rank("the input of " + what + " (N, H, W, C)", x, 4);
  return {x[0], size.height, size.width, x[3]};
}

}  // namespace

std::vector<Shape> shapes(const RandomAffine& op, Shapes inputs) {
  return {resized("random_affine", inputs[0], op.size)};
}

std::vector<Shape> shapes(const RandomCrop& op, Shapes inputs) {
  const Shape& x = inputs[0];
  const Shape y = resized("random_crop", x, op.size);
  if (y[1] <= x[1] && y[2] <= x[2]) return {y};
  throw ShapeError("Expected a part of the image's size or smaller from random_crop. Received: input shape " +
                   to_string(x) + ", output shape " + to_string(y) + ".");
}

std::vector<Shape> shapes(const RandomErase& op, Shapes inputs) {
  const Shape& x = inputs[0];
  require_rank("the input of random_erase (N, H, W, C)", x, 4);
  const std::size_t fill = op.arguments.fill.size();
  if (fill <= 1 || fill == static_cast<std::size_t>(x[3])) return {x};
  throw ShapeError("Expected a fill value for each channel, or one for all. Received " + std::to_string(fill) +
                   " numbers for the input shape " + to_string(x) + ".");
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const RandomAffine& kind, Gradients dy, Wanted wanted) {
  return {wanted[0] ? emit_gradient(graph, op, RandomAffineBackward{kind}, {dy[0]}, op.inputs[0]) : none};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const RandomCrop& kind, Gradients dy, Wanted wanted) {
  return {wanted[0] ? emit_gradient(graph, op, RandomCropBackward{kind}, {dy[0]}, op.inputs[0]) : none};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const RandomErase& kind, Gradients dy, Wanted wanted) {
  if (!wanted[0]) return {none};
  RandomErase gradient = kind;
  gradient.arguments.fill = {0.0};
  return {emit_gradient(graph, op, gradient, {dy[0]}, op.inputs[0])};
}

bool fits(const RandomAffineBackward& op, Shapes inputs, Shapes outputs) {
  return shapes(op.forward, outputs).front() == inputs[0];
}

bool fits(const RandomCropBackward& op, Shapes inputs, Shapes outputs) {
  return shapes(op.forward, outputs).front() == inputs[0];
}

}  // namespace sumi::graph
