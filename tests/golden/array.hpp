// Arrays of numbers as the cases write them: nested lists, or shape and data.
#pragma once

#include <vector>

#include "saving/json_fields.hpp"
#include "sumi/shape.hpp"
#include "sumi/tensor.hpp"

namespace sumi::golden {

using saving::Json;

/// Numbers in row-major order.
struct Array {
  Shape shape;
  std::vector<double> data;
};

/// The same number everywhere.
Array filled(const Shape& shape, double value);
/// A number, nested lists of numbers (true is 1), or `{"shape": ..., "data": ...}`. Throws Unreadable otherwise.
Array array_of(const Json& json);
Array array_of(const Tensor& tensor);
Array array_of(const float* values, const Shape& shape);
/// The same numbers under another shape; one -1 is inferred. Throws Unreadable where the counts differ.
Array reshaped(Array array, Shape shape);
/// Dimension i of the result is dimension axes[i].
Array transposed(const Array& array, const std::vector<std::size_t>& axes);
std::vector<float> floats(const Array& array);
Tensor tensor(const Array& array);

}  // namespace sumi::golden
