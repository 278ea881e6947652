// What the shape rules and backward rules of several ops share.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

// Number of positions of a window along one dimension; 0 or less where it doesn't fit.
std::int64_t positions(std::int64_t n, int kernel, int stride, int dilation, int before, int after) {
  const std::int64_t span = std::int64_t{kernel - 1} * dilation + 1;
  const std::int64_t room = n + before + after - span;
  return room < 0 ? 0 : room / stride + 1;
}

}  // namespace

void require_shape(const std::string& what, const Shape& received, const Shape& expected) {
  if (received == expected) return;
  throw ShapeError("Expected " + what + " of shape " + to_string(expected) + ". Received shape " + to_string(received) +
                   ".");
}

void require_shape_if_present(const std::string& what, const Shape& received, const Shape& expected) {
  if (!received.empty()) require_shape(what, received, expected);
}

void require_rank(const std::string& what, const Shape& received, std::size_t expected) {
  if (received.size() == expected) return;
  throw ShapeError("Expected " + what + " of rank " + std::to_string(expected) + ". Received shape " +
                   to_string(received) + ".");
}

Shape window_output(const std::string& what, const Window& w, const Shape& x, std::int64_t channels) {
  require_rank("the input of " + what + " (N, H, W, C)", x, 4);
  for (const int size : {w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.dilation_h, w.dilation_w}) {
    if (size > 0) continue;
    throw ArgumentError("Expected the window, strides and dilation of " + what + " to be positive. Received " +
                        std::to_string(size) + ".");
  }
  const std::int64_t height = positions(x[1], w.kernel_h, w.stride_h, w.dilation_h, w.pad_top, w.pad_bottom);
  const std::int64_t width = positions(x[2], w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right);
  if (height <= 0 || width <= 0) {
    throw ShapeError("Computed output size would be zero or negative. Expected an input of " + what +
                     " that is at least as large as the window. Received: input shape " + to_string(x) + ", window " +
                     to_string({w.kernel_h, w.kernel_w}) + ", dilation " + to_string({w.dilation_h, w.dilation_w}) +
                     ".");
  }
  return {x[0], height, width, channels};
}

ValueId new_gradient(Graph& graph, ValueId of) {
  const ValueInfo& value = graph.values[static_cast<std::size_t>(of)];
  return graph.add_value(value.shape, Role::temporary, "d(" + value.name + ")");
}

ValueId emit_gradient(Graph& graph, const Op& op, Attributes attributes, std::vector<ValueId> inputs, ValueId of) {
  const ValueId gradient = new_gradient(graph, of);
  graph.ops.push_back({std::move(attributes), std::move(inputs), {gradient}, op.layer});
  return gradient;
}

}  // namespace sumi::graph
