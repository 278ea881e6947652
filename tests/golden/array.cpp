// Arrays of numbers: reading them, and moving their dimensions.
#include "golden/array.hpp"

#include <algorithm>

#include "golden/check.hpp"

namespace sumi::golden {
namespace {

void append(const Json& json, std::size_t depth, Array& array) {
  if (json.is_boolean() || json.is_number()) {
    if (depth != array.shape.size()) throw Unreadable("a ragged array: " + json.dump());
    array.data.push_back(json.is_boolean() ? (json.get<bool>() ? 1.0 : 0.0) : json.get<double>());
    return;
  }
  if (!json.is_array()) throw Unreadable("no array: " + json.dump());
  const auto size = static_cast<std::int64_t>(json.size());
  // The first lists on the way down say the shape, all others must agree.
  if (depth == array.shape.size() && array.data.empty()) array.shape.push_back(size);
  if (depth >= array.shape.size() || array.shape[depth] != size) throw Unreadable("a ragged array: " + json.dump());
  for (const Json& element : json) append(element, depth + 1, array);
}

}  // namespace

Array filled(const Shape& shape, double value) {
  return {shape, std::vector<double>(static_cast<std::size_t>(element_count(shape)), value)};
}

Array array_of(const Json& json) {
  if (json.is_object() && json.contains("shape") && json.contains("data")) {
    return reshaped(array_of(json["data"]), json["shape"].get<Shape>());
  }
  Array array;
  append(json, 0, array);
  return array;
}

Array array_of(const float* values, const Shape& shape) {
  return {shape, std::vector<double>(values, values + element_count(shape))};
}

Array array_of(const Tensor& tensor) { return array_of(tensor.data(), {tensor.shape().begin(), tensor.shape().end()}); }

Array reshaped(Array array, Shape shape) {
  const auto count = static_cast<std::int64_t>(array.data.size());
  const auto open = std::find(shape.begin(), shape.end(), -1);
  if (open != shape.end()) {
    *open = 1;
    *open = count / std::max<std::int64_t>(element_count(shape), 1);
  }
  if (element_count(shape) != count) {
    throw Unreadable(std::to_string(count) + " numbers don't have the shape " + to_string(shape));
  }
  array.shape = std::move(shape);
  return array;
}

Array transposed(const Array& array, const std::vector<std::size_t>& axes) {
  const std::size_t rank = array.shape.size();
  if (rank < 2) return array;
  std::vector<std::int64_t> strides(rank, 1);
  for (std::size_t d = rank; d-- > 1;) strides[d - 1] = strides[d] * array.shape[d];
  Array result;
  for (const std::size_t axis : axes) result.shape.push_back(array.shape[axis]);
  std::vector<std::int64_t> index(rank, 0);
  for (std::size_t i = 0; i < array.data.size(); ++i) {
    std::int64_t from = 0;
    for (std::size_t d = 0; d < rank; ++d) from += index[d] * strides[axes[d]];
    result.data.push_back(array.data[static_cast<std::size_t>(from)]);
    for (std::size_t d = rank; d-- > 0;) {
      if (++index[d] < result.shape[d]) break;
      index[d] = 0;
    }
  }
  return result;
}

std::vector<float> floats(const Array& array) { return {array.data.begin(), array.data.end()}; }

Tensor tensor(const Array& array) {
  Tensor result = Tensor::from_shape(std::vector<std::size_t>(array.shape.begin(), array.shape.end()));
  std::copy(array.data.begin(), array.data.end(), result.begin());
  return result;
}

}  // namespace sumi::golden
