// Batch normalisation: shape rule and backward rule.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

enum Input { x, gamma, beta, moving_mean, moving_variance, mask, moving_stddev, renorm_mean, renorm_stddev };
enum Output { y, mean, inv_std, updated_mean, updated_variance, r = 8, d = 9 };

void require_mask(const Shape& mask_shape, const Shape& x_shape) {
  require_shape_if_present("the mask of batch_norm", mask_shape, {x_shape.begin(), x_shape.end() - 1});
}

}  // namespace

std::vector<Shape> shapes(const BatchNorm& op, Shapes inputs) {
  const Shape& image = inputs[x];
  if (op.axis < 0 || op.axis >= static_cast<int>(image.size())) {
    throw ShapeError("Expected an input of batch_norm that has the axis " + std::to_string(op.axis) +
                     ". Received shape " + to_string(image) + ".");
  }
  const Shape channels = {image[static_cast<std::size_t>(op.axis)]};
  require_shape_if_present("gamma of batch_norm", operand(inputs, gamma), channels);
  require_shape_if_present("beta of batch_norm", operand(inputs, beta), channels);
  require_shape("moving_mean of batch_norm", operand(inputs, moving_mean), channels);
  require_shape("moving_variance of batch_norm", operand(inputs, moving_variance), channels);
  require_mask(operand(inputs, mask), image);
  if (op.renorm) {
    require_shape("moving_stddev of batch_norm", operand(inputs, moving_stddev), channels);
    require_shape("renorm_mean of batch_norm", operand(inputs, renorm_mean), channels);
    require_shape("renorm_stddev of batch_norm", operand(inputs, renorm_stddev), channels);
  }
  std::vector<Shape> result = {image};
  if (op.training) result.resize(op.renorm ? 10 : 5, channels);
  return result;
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const BatchNorm& kind, Gradients dy, Wanted wanted) {
  std::vector<ValueId> result(op.inputs.size(), none);
  if (dy[y] == none) return result;  // the moments have no gradient
  for (const Input i : {x, gamma, beta}) {
    if (op.inputs[i] != none && wanted[i]) result[i] = new_gradient(graph, op.inputs[i]);
  }
  if (result[x] == none && result[gamma] == none && result[beta] == none) return result;
  std::vector<ValueId> inputs;
  if (kind.training) {
    inputs = {op.inputs[x], op.inputs[gamma],         op.outputs[mean],       op.outputs[inv_std],
              dy[y],        operand(op.inputs, mask), operand(op.outputs, r), operand(op.outputs, d)};
  } else {
    inputs = {op.inputs[x], op.inputs[gamma], op.inputs[moving_mean], op.inputs[moving_variance], dy[y], none, none,
              none};
  }
  graph.ops.push_back({BatchNormBackward{kind.axis, kind.epsilon, kind.training},
                       std::move(inputs),
                       {result[x], result[gamma], result[beta]},
                       op.layer});
  return result;
}

bool fits(const BatchNormBackward& op, Shapes inputs, Shapes outputs) {
  const Shape& image = inputs[0];
  if (op.axis < 0 || op.axis >= static_cast<int>(image.size()) || inputs[4] != image) return false;
  const Shape channels = {image[static_cast<std::size_t>(op.axis)]};
  for (const std::size_t i : {1U, 2U, 3U, 6U, 7U}) require_shape_if_present("an input", operand(inputs, i), channels);
  require_mask(operand(inputs, 5), image);
  require_shape_if_present("dx", outputs[0], image);
  for (const std::size_t i : {1U, 2U}) require_shape_if_present("a gradient", operand(outputs, i), channels);
  return true;
}

}  // namespace sumi::graph
