// Labels as rows with a single one, and vectors of length 1.
#include "sumi/utils.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/element_type.hpp"
#include "core/text.hpp"

namespace sumi {
namespace {

std::vector<double> values_of(const ArrayView& array) {
  const auto count = static_cast<std::size_t>(array.empty() ? 0 : element_count(array.shape()));
  std::vector<double> values(count);
  visit(array, [&](const auto* from) {
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<double>(from[i]) / array.divisor();
  });
  return values;
}

Tensor zeros(const Shape& shape) {
  element_count(shape);  // throws where it is more than 63 bits can count
  Tensor tensor = Tensor::from_shape(std::vector<std::size_t>(shape.begin(), shape.end()));
  std::fill(tensor.begin(), tensor.end(), 0.0F);
  return tensor;
}

[[noreturn]] void refuse_label(double label, std::size_t at, const std::string& expected) {
  const bool fits = std::abs(label) < 0x1p53;
  throw ArgumentError("to_categorical: expected labels " + expected + ". Received " +
                      (fits ? std::to_string(static_cast<std::int64_t>(label)) : repr(label)) + " at position " +
                      std::to_string(at) + ".");
}

double norm(const double* values, std::int64_t count, std::int64_t stride, double order) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double size = std::abs(values[i * stride]);
    sum = std::isinf(order) ? std::max(sum, size) : sum + (order == 2 ? size * size : std::pow(size, order));
  }
  if (std::isinf(order)) return sum;
  return order == 2 ? std::sqrt(sum) : std::pow(sum, 1 / order);
}

}  // namespace

Tensor to_categorical(const ArrayView& labels, std::optional<std::int64_t> num_classes) {
  std::vector<double> values = values_of(labels);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::trunc(values[i]);
    if (!(values[i] >= 0 && values[i] < 0x1p53)) refuse_label(values[i], i, "from 0 on");
  }
  std::int64_t classes = num_classes.value_or(0);
  if (classes < 0) {
    throw ArgumentError("to_categorical: expected `num_classes` to be at least 1. Received num_classes=" +
                        std::to_string(classes) + ".");
  }
  if (classes == 0) {
    if (values.empty()) {
      throw ArgumentError("to_categorical: expected labels, or `num_classes`. Received an array of shape " +
                          to_string(labels.shape()) + ".");
    }
    classes = static_cast<std::int64_t>(*std::max_element(values.begin(), values.end())) + 1;
  }
  Shape shape = labels.shape();
  if (shape.size() > 1 && shape.back() == 1) shape.pop_back();
  shape.push_back(classes);
  Tensor rows = zeros(shape);
  float* row = rows.data();
  for (std::size_t i = 0; i < values.size(); ++i, row += classes) {
    const auto label = static_cast<std::int64_t>(values[i]);
    if (label >= classes) refuse_label(values[i], i, "below num_classes=" + std::to_string(classes));
    row[label] = 1;
  }
  return rows;
}

Tensor normalize(const ArrayView& x, int axis, double order) {
  if (!(order >= 1)) {
    throw ArgumentError("normalize: expected `order` to be at least 1. Received order=" + repr(order) + ".");
  }
  const auto rank = static_cast<int>(x.shape().size());
  const int chosen = axis < 0 ? axis + rank : axis;
  if (chosen < 0 || chosen >= rank) {
    throw ShapeError("normalize: expected `axis` to be one of an array of shape " + to_string(x.shape()) +
                     ". Received axis=" + std::to_string(axis) + ".");
  }
  const std::vector<double> values = values_of(x);
  const std::int64_t count = x.shape()[static_cast<std::size_t>(chosen)];
  std::int64_t stride = 1;
  for (auto i = static_cast<std::size_t>(chosen) + 1; i < x.shape().size(); ++i) stride *= x.shape()[i];
  Tensor result = zeros(x.shape());
  const auto size = static_cast<std::int64_t>(values.size());
  for (std::int64_t begin = 0; begin < size; begin += count * stride) {
    for (std::int64_t first = begin; first < begin + stride; ++first) {
      const double length = norm(values.data() + first, count, stride, order);
      for (std::int64_t i = first; i < begin + count * stride; i += stride) {
        result.data()[i] = static_cast<float>(values[static_cast<std::size_t>(i)] / (length == 0 ? 1 : length));
      }
    }
  }
  return result;
}

}  // namespace sumi
