// Checks, window arithmetic and data formats, once for all layers.
#include "layers/common.hpp"

#include <set>

#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi::layers {

void expect_rank(const Shape& input, Rank kind, std::size_t rank, const std::string& layer) {
  if (kind == Rank::exactly ? input.size() == rank : input.size() >= rank) return;
  throw ShapeError("Input 0 with name 'None' of layer '" + layer + "' is incompatible with the layer: expected " +
                   (kind == Rank::exactly ? "ndim=" : "min_ndim=") + std::to_string(rank) +
                   ", found ndim=" + std::to_string(input.size()) + ". Full shape received: " + to_string(input));
}

namespace {

void expect_positive(const char* argument, int count, const std::set<int>& values, const std::string& received) {
  std::vector<std::string> refused;
  for (const int number : values) {
    if (number <= 0) refused.push_back(std::to_string(number));
  }
  if (refused.empty()) return;
  throw ArgumentError(std::string("The `") + argument + "` argument must be a tuple of " + std::to_string(count) +
                      " integers. Received " + argument + "=" + received + ", including values {" + join(refused) +
                      "} that do not satisfy `value > 0`");
}

}  // namespace

void expect_positive(const char* argument, int value) { expect_positive(argument, 1, {value}, std::to_string(value)); }

void expect_positive(const char* argument, Size2 value) {
  expect_positive(argument, 2, {value.height, value.width}, to_string(value));
}

Image::Image(const Shape& shape, DataFormat format)
    : batch(shape[0]),
      height(shape[format.channels_first() ? 2 : 1]),
      width(shape[format.channels_first() ? 3 : 2]),
      channels(shape[format.channels_first() ? 1 : 3]) {}

Shape Image::shape(DataFormat format) const {
  if (format.channels_first()) return {batch, channels, height, width};
  return {batch, height, width, channels};
}

std::int64_t window_count(std::int64_t size, int window, int stride, int dilation, Padding padding) {
  if (size == None) return None;
  if (padding.same() || padding.is_causal()) return (size + stride - 1) / stride;
  const std::int64_t room = size - (std::int64_t{window - 1} * dilation + 1);
  return room < 0 ? 0 : room / stride + 1;
}

Value activate(Lowering& ops, Value x, ActivationFunction function) {
  switch (function.kind()) {
    case ActivationKind::leaky_relu:
      return ops.activate(x, function, {.negative_slope = 0.2});
    case ActivationKind::soft_shrink:
    case ActivationKind::hard_shrink:
      return ops.activate(x, function, {.threshold = 0.5});
    case ActivationKind::squareplus:
      return ops.activate(x, function, {.alpha = 4.0});
    default:
      return ops.activate(x, function);
  }
}

Value to_channels_last(Lowering& ops, Value image, DataFormat format) {
  return format.channels_first() ? ops.transpose(image, {0, 2, 3, 1}) : image;
}

Value from_channels_last(Lowering& ops, Value image, DataFormat format) {
  return format.channels_first() ? ops.transpose(image, {0, 3, 1, 2}) : image;
}

}  // namespace sumi::layers
