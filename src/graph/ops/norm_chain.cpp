// The ops into which a fused batch norm falls apart: shape rules. Passes make them behind the backward.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

Shape per_channel(std::int64_t rows, const Shape& x) {
  if (x.empty()) throw ShapeError("Expected an array with channels. Received a scalar.");
  return {rows, x.back()};
}

// Channels and filters of a kernel that a map is folded into: its rows repeat the channels.
void require_kernel(const Shape& kernel, const Shape& map) {
  require_shape("the map", map, {2, map.back()});
  if (kernel.size() >= 2 && element_count(kernel) / kernel.back() % map.back() == 0) return;
  throw ShapeError("Expected a kernel whose rows repeat " + std::to_string(map.back()) + " channels. Received shape " +
                   to_string(kernel) + ".");
}

// Whether operands [first, ...) are numbers per channel.
bool are_channels(Shapes shapes, std::size_t first, std::int64_t channels) {
  for (std::size_t i = first; i < shapes.size(); ++i) {
    if (!shapes[i].empty() && shapes[i] != Shape{channels}) return false;
  }
  return true;
}

}  // namespace

std::vector<Shape> shapes(const Moments& /*op*/, Shapes inputs) { return {per_channel(2, inputs[0])}; }

std::vector<Shape> shapes(const ChannelAffine& /*op*/, Shapes inputs) {
  require_shape("the map", inputs[1], per_channel(2, inputs[0]));
  return {inputs[0]};
}

std::vector<Shape> shapes(const GradientSums& /*op*/, Shapes inputs) {
  require_shape("dy", inputs[1], inputs[0]);
  require_shape_if_present("the moments", operand(inputs, 2), per_channel(2, inputs[0]));
  return {per_channel(2, inputs[0])};
}

std::vector<Shape> shapes(const NormChainBackwardData& op, Shapes inputs) {
  const Shape& x = inputs[0];
  require_shape_if_present("the sign", inputs[1], {x.back()});
  require_shape("dy", inputs[2], op.pool ? shapes(MaxPool2d{*op.pool}, inputs.first(1)).front() : x);
  require_shape("the map", inputs[3], per_channel(5, x));
  return {x};
}

std::vector<Shape> shapes(const FoldAffine& /*op*/, Shapes inputs) {
  require_kernel(inputs[0], inputs[2]);
  require_shape_if_present("the bias", inputs[1], {inputs[0].back()});
  return {inputs[0], {inputs[0].back()}};
}

std::vector<Shape> shapes(const FoldAffineBackward& /*op*/, Shapes inputs) {
  require_kernel(inputs[0], inputs[1]);
  require_shape("dkernel", inputs[2], inputs[0]);
  require_shape("dbias", inputs[3], {inputs[0].back()});
  require_shape_if_present("the moments", operand(inputs, 4), inputs[1]);
  return {inputs[0], inputs[1]};
}

bool fits(const NormChain& op, Shapes inputs, Shapes outputs) {
  const std::int64_t channels = outputs[0].back();
  const std::size_t norms = op.norms.size();
  if (inputs.size() != 2 + 4 * norms || norms == 0) return false;
  for (const std::size_t i : {0U, 1U}) require_shape_if_present("the moments", inputs[i], {2, channels});
  const Shape saved = operand(outputs, 1);
  require_shape_if_present("saved", saved, {2 * static_cast<std::int64_t>(norms), channels});
  return outputs[0] == Shape{2, channels} && are_channels(inputs, 2, channels) && are_channels(outputs, 2, channels);
}

bool fits(const NormChainBackward& op, Shapes inputs, Shapes outputs) {
  const std::int64_t channels = inputs[0].back();
  for (const std::size_t i : {1U, 2U}) require_shape_if_present("the moments", inputs[i], {2, channels});
  require_shape_if_present("the map", outputs[0], {5, channels});
  return inputs.size() == 4 + op.chain.norms.size() && inputs[0] == Shape{2, channels} &&
         inputs[3] == Shape{2 * static_cast<std::int64_t>(op.chain.norms.size()), channels} &&
         are_channels(inputs, 4, channels) && are_channels(outputs, 1, channels);
}

}  // namespace sumi::graph
