// Checks, window arithmetic and data formats, once for all layers.
#include "layers/common.hpp"

#include <algorithm>
#include <set>
#include <utility>

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

int only(const char* name, const std::vector<std::int64_t>& list) {
  if (list.size() == 1 && std::in_range<int>(list[0])) return static_cast<int>(list[0]);
  throw ArgumentError(std::string("The `") + name + "` argument must be a tuple of 1 integers. Received " + name + "=" +
                      to_string(list) + ".");
}

void expect_above(int limit, const char* argument, int count, const std::set<int>& values,
                  const std::string& received) {
  std::vector<std::string> refused;
  for (const int number : values) {
    if (number <= limit) refused.push_back(std::to_string(number));
  }
  if (refused.empty()) return;
  throw ArgumentError(std::string("The `") + argument + "` argument must be a tuple of " + std::to_string(count) +
                      " integers. Received " + argument + "=" + received + ", including values {" + join(refused) +
                      "} that do not satisfy `value " + (limit < 0 ? ">=" : ">") + " 0`");
}

}  // namespace

void expect_positive(const char* argument, int value) { expect_above(0, argument, 1, {value}, std::to_string(value)); }

void expect_positive(const char* argument, Size2 value) {
  expect_above(0, argument, 2, {value.height, value.width}, to_string(value));
}

void single_field(const char* name, int& value, Fields& f) {
  std::vector<std::int64_t> list = {value};
  f.numbers(name, list);
  value = only(name, list);
}

void single_field(const char* name, Required<int>& value, Fields& f) {
  Required<std::vector<std::int64_t>> list = std::vector<std::int64_t>{value.get()};
  f.numbers(name, list);
  value = only(name, list);
}

void single_field(const char* name, std::optional<int>& value, Fields& f) {
  std::optional<std::vector<std::int64_t>> list;
  if (value) list = std::vector<std::int64_t>{*value};
  f.numbers(name, list);
  value = list ? std::optional<int>(only(name, *list)) : std::nullopt;
}

void expect_not_negative(const char* argument, const Margins& value) {
  const auto check = [&](const char* entry, const Ends& ends) {
    const Size2 pair(ends.before, ends.after);
    expect_above(-1, (std::string(entry) + " entry of " + argument).c_str(), 2, {ends.before, ends.after},
                 ends.before == ends.after ? std::to_string(ends.before) : to_string(pair));
  };
  check("1st", value.height);
  check("2nd", value.width);
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

Value sequence_to_image(Lowering& ops, Value sequence, DataFormat format) {
  if (format.channels_first()) sequence = ops.transpose(sequence, {0, 2, 1});
  const Shape shape = ops.shape(sequence);
  return ops.reshape(sequence, {shape[0], 1, shape[1], shape[2]});
}

Value image_to_sequence(Lowering& ops, Value image, DataFormat format) {
  const Shape shape = ops.shape(image);
  const Value sequence = ops.reshape(image, {shape[0], shape[2], shape[3]});
  return format.channels_first() ? ops.transpose(sequence, {0, 2, 1}) : sequence;
}

}  // namespace sumi::layers
