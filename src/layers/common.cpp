// Checks, window arithmetic and data formats, once for all layers.
#include "layers/common.hpp"

#include <algorithm>
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

Shape activated(Shape shape, const ActivationFunction& function) {
  if (function.kind() == ActivationKind::glu && shape.back() != None) {
    if (shape.back() % 2 != 0) {
      throw ShapeError("axis size must be divisible by 2. Received: x.shape=" + to_string(shape) + " with axis=-1");
    }
    shape.back() /= 2;
  }
  return shape;
}

std::vector<std::int64_t> axis_list(const Axes& axes) {
  std::vector<std::int64_t> list(axes.values().begin(), axes.values().end());
  std::sort(list.begin(), list.end());
  return list;
}

Axes axes_of(const std::vector<std::int64_t>& list) {
  std::vector<int> axes;
  for (const std::int64_t axis : list) {
    axes.push_back(static_cast<int>(axis));
    if (axes.back() != axis) throw ArgumentError("Expected axes of 32 bits. Received: " + std::to_string(axis));
  }
  return axes;
}

void expect_epsilon(double epsilon) {
  if (epsilon >= 0) return;
  throw ArgumentError("Invalid value for argument `epsilon`. Expected a float of at least 0. Received: epsilon=" +
                      repr(epsilon));
}

std::size_t feature_axis(int axis, const Shape& input, const std::string& layer) {
  const auto rank = static_cast<int>(input.size());
  const int positive = axis < 0 ? axis + rank : axis;
  if (positive < 1 || positive >= rank) {
    throw ShapeError("Axis " + std::to_string(axis) + " is out of bounds for input shape " + to_string(input) +
                     " of layer '" + layer +
                     "', whose first dimension is the batch. Received: axis=" + std::to_string(axis));
  }
  return static_cast<std::size_t>(positive);
}

Value to_channels_last(Lowering& ops, Value image, DataFormat format) {
  return format.channels_first() ? ops.transpose(image, {0, 2, 3, 1}) : image;
}

Value from_channels_last(Lowering& ops, Value image, DataFormat format) {
  return format.channels_first() ? ops.transpose(image, {0, 3, 1, 2}) : image;
}

}  // namespace sumi::layers
