// How the loops of the reference find their operands.
#pragma once

#include <algorithm>
#include <vector>

#include "backend/reference/reference.hpp"

namespace sumi::backend::reference_detail {

/// Operand i, null where it is absent.
template <class T>
const T* input(const Operands<T>& operands, std::size_t i) {
  return i < operands.inputs.size() ? operands.inputs[i] : nullptr;
}
template <class T>
T* output(const Operands<T>& operands, std::size_t i) {
  return i < operands.outputs.size() ? operands.outputs[i] : nullptr;
}

/// Number of elements of input or output i.
template <class T>
std::int64_t input_count(const Operands<T>& operands, std::size_t i) {
  return element_count(operands.input_shapes[i]);
}
template <class T>
std::int64_t output_count(const Operands<T>& operands, std::size_t i) {
  return element_count(operands.output_shapes[i]);
}

/// Doubles in the op's working memory.
class Scratch {
 public:
  template <class T>
  Scratch(const Operands<T>& operands, std::int64_t count) : data_(operands.scratch) {
    if (data_ != nullptr) return;
    own_.resize(static_cast<std::size_t>(count));
    data_ = own_.data();
  }
  double* data() { return data_; }

 private:
  std::vector<double> own_;
  double* data_;
};

/// Sums in double, one for each element of an output.
class Sums {
 public:
  template <class T>
  Sums(const Operands<T>& operands, std::int64_t count) : scratch_(operands, count), count_(count) {
    std::fill_n(scratch_.data(), count, 0.0);
  }
  double& operator[](std::int64_t i) { return scratch_.data()[i]; }
  double* begin() { return scratch_.data(); }
  template <class T>
  void store(T* output) {
    for (std::int64_t i = 0; i < count_; ++i) output[i] = static_cast<T>(scratch_.data()[i]);
  }

 private:
  Scratch scratch_;
  std::int64_t count_;
};

/// Distance in memory between neighbours along an axis of a row-major array.
inline std::int64_t stride_of(const Shape& shape, std::size_t axis) {
  std::int64_t stride = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) stride *= shape[i];
  return stride;
}

/// Where the element `index` of an array of shape `full` finds its partner in one of shape `small`, which is broadcast:
/// aligned at the last axis, with dimensions that are equal or 1.
inline std::int64_t broadcast_index(std::int64_t index, const Shape& full, const Shape& small) {
  std::int64_t result = 0;
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < small.size(); ++i) {
    const std::int64_t size = small[small.size() - 1 - i];
    const std::int64_t full_size = full[full.size() - 1 - i];
    if (size != 1) result += index % full_size * stride;
    index /= full_size;
    stride *= size;
  }
  return result;
}

}  // namespace sumi::backend::reference_detail
