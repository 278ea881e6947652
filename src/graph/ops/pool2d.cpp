// Pooling of images: shape rules and backward rules.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

Shape pooled(const char* name, const Window& w, const Shape& x) {
  // So that every window holds at least one cell of the image.
  const bool dilated = w.dilation_h != 1 || w.dilation_w != 1;
  if (dilated || w.pad_top >= w.kernel_h || w.pad_bottom >= w.kernel_h || w.pad_left >= w.kernel_w ||
      w.pad_right >= w.kernel_w) {
    throw ArgumentError(std::string("Expected a window of ") + name +
                        " without dilation and with less padding than its size. Received window " +
                        to_string({w.kernel_h, w.kernel_w}) + ", dilation " + to_string({w.dilation_h, w.dilation_w}) +
                        ", padding (top, left, bottom, right) " +
                        to_string({w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}) + ".");
  }
  return window_output(name, w, x, x.size() == 4 ? x[3] : 0);
}

}  // namespace

std::vector<Shape> shapes(const MaxPool2d& op, Shapes inputs) {
  require_shape_if_present("the sign of max_pool2d", operand(inputs, 1), {inputs[0].back()});
  return {pooled("max_pool2d", op.window, inputs[0])};
}

std::vector<Shape> shapes(const AvgPool2d& op, Shapes inputs) { return {pooled("avg_pool2d", op.window, inputs[0])}; }

std::vector<ValueId> backward(Graph& graph, const Op& op, const MaxPool2d& kind, Gradients dy, Wanted wanted) {
  if (!wanted[0]) return {none};
  return {emit_gradient(graph, op, MaxPool2dBackward{kind.window}, {op.inputs[0], dy[0]}, op.inputs[0])};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const AvgPool2d& kind, Gradients dy, Wanted wanted) {
  if (!wanted[0]) return {none};
  return {emit_gradient(graph, op, AvgPool2dBackward{kind.window}, {dy[0]}, op.inputs[0])};
}

bool fits(const MaxPool2dBackward& op, Shapes inputs, Shapes outputs) {
  return outputs[0] == inputs[0] && pooled("max_pool2d", op.window, inputs[0]) == inputs[1];
}

bool fits(const AvgPool2dBackward& op, Shapes inputs, Shapes outputs) {
  return pooled("avg_pool2d", op.window, outputs[0]) == inputs[0];
}

}  // namespace sumi::graph
