// Convolution of images: shape rule and backward rule.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

// Whether a forward convolution would map these shapes onto each other.
bool maps(const Window& window, int groups, const Shape& x, const Shape& kernel, const Shape& y) {
  return shapes(Conv2d{.window = window, .groups = groups}, std::vector<Shape>{x, kernel}).front() == y;
}

}  // namespace

std::vector<Shape> shapes(const Conv2d& op, Shapes inputs) {
  const Shape& x = inputs[0];
  const Shape& kernel = inputs[1];
  require_rank("the kernel of conv2d (h, w, C / groups, filters)", kernel, 4);
  const std::int64_t filters = kernel[3];
  const Shape y = window_output("conv2d", op.window, x, filters);
  if (op.window.kernel_h != kernel[0] || op.window.kernel_w != kernel[1]) {
    throw ShapeError("Expected a kernel of conv2d whose window is " +
                     to_string({op.window.kernel_h, op.window.kernel_w}) + ". Received shape " + to_string(kernel) +
                     ".");
  }
  if (op.groups <= 0 || x[3] != kernel[2] * op.groups || filters % op.groups != 0) {
    throw ShapeError("Expected channels and filters of conv2d that fit " + std::to_string(op.groups) +
                     " groups. Received: input shape " + to_string(x) + ", kernel shape " + to_string(kernel) + ".");
  }
  require_shape_if_present("the bias of conv2d", operand(inputs, 2), {filters});
  require_shape_if_present("the sign of conv2d", operand(inputs, 3), {filters});
  if (!op.moments && !op.pool) return {y};
  const Shape moments = {2, filters};
  return {y, moments, op.pool ? shapes(MaxPool2d{*op.pool}, std::vector<Shape>{y}).front() : Shape{}, moments};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const Conv2d& kind, Gradients dy, Wanted wanted) {
  const ValueId x = op.inputs[0];
  const ValueId kernel = op.inputs[1];
  const ValueId bias = operand(op.inputs, 2);
  std::vector<ValueId> result(op.inputs.size(), none);
  const bool bias_wanted = bias != none && wanted[2];
  if (wanted[1]) {
    result[1] = new_gradient(graph, kernel);
    if (bias_wanted) result[2] = new_gradient(graph, bias);
    const ValueId dbias = bias_wanted ? result[2] : none;
    graph.ops.push_back({Conv2dBackwardWeights{kind.window, kind.groups}, {x, dy[0]}, {result[1], dbias}, op.layer});
  } else if (bias_wanted) {
    result[2] = emit_gradient(graph, op, SumToBias{}, {dy[0]}, bias);
  }
  if (wanted[0]) {
    result[0] = emit_gradient(graph, op, Conv2dBackwardData{kind.window, kind.groups}, {dy[0], kernel}, x);
  }
  return result;
}

// As a layer's op it is a transposed convolution: its gradients are those of the convolution, the other way round.
std::vector<ValueId> backward(Graph& graph, const Op& op, const Conv2dBackwardData& kind, Gradients dy, Wanted wanted) {
  const ValueId x = op.inputs[0], kernel = op.inputs[1], bias = operand(op.inputs, 2);
  std::vector<ValueId> result(op.inputs.size(), none);
  if (wanted[0]) {
    result[0] =
        emit_gradient(graph, op, Conv2d{.window = kind.window, .groups = kind.groups}, {dy[0], kernel, none}, x);
  }
  if (wanted[1]) {
    result[1] = emit_gradient(graph, op, Conv2dBackwardWeights{kind.window, kind.groups}, {dy[0], x}, kernel);
  }
  if (bias != none && wanted[2]) result[2] = emit_gradient(graph, op, SumToBias{}, {dy[0]}, bias);
  return result;
}

bool fits(const Conv2dBackwardData& op, Shapes inputs, Shapes outputs) {
  require_shape_if_present("the bias of conv2d_backward_data", operand(inputs, 2), {outputs[0].back()});
  return maps(op.window, op.groups, outputs[0], inputs[1], inputs[0]);
}

bool fits(const Conv2dBackward& op, Shapes inputs, Shapes outputs) {
  require_shape_if_present("dx", outputs[0], inputs[0]);
  require_shape_if_present("dbias", operand(outputs, 2), {inputs[2].back()});
  const Shape& y = inputs[op.chain ? 3 : 2];
  if (op.chain) shapes(*op.chain, std::vector<Shape>{y, inputs[4], inputs[2], inputs[5]});
  return maps(op.window, op.groups, inputs[0], inputs[1], y) && outputs[1] == inputs[1];
}

bool fits(const Conv2dChainBackwardWeights& op, Shapes inputs, Shapes outputs) {
  const std::vector<Shape> made = shapes(op.conv, inputs.first(4));
  require_shape("the map", inputs[5], {5, inputs[1].back()});
  require_shape_if_present("dbias", operand(outputs, 1), {inputs[1].back()});
  return inputs[4] == made[op.conv.pool ? 2 : 0] && outputs[0] == inputs[1];
}

bool fits(const Conv2dBackwardWeights& op, Shapes inputs, Shapes outputs) {
  const Shape dbias = operand(outputs, 1);
  return maps(op.window, op.groups, inputs[0], outputs[0], inputs[1]) &&
         (dbias.empty() || dbias == Shape{inputs[1].back()});
}

}  // namespace sumi::graph
