// Data as fit, evaluate and predict take it: someone else's memory, its element type and its shape.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sumi/error.hpp"
#include "sumi/shape.hpp"

namespace sumi {

/// Element types that an ArrayView can read.
enum class DType { float32, float64, uint8, int8, uint16, int16, uint32, int32, uint64, int64 };

/// Bytes per element.
std::size_t size_of(DType type);

/// `float32`, `uint8`, ... as NumPy and Keras write it.
const char* name_of(DType type);

/// The DType of a C++ arithmetic type.
template <class T>
constexpr DType dtype_of() {
  using U = std::remove_cv_t<T>;
  static_assert(std::is_arithmetic_v<U>, "sumi reads arrays of numbers");
  if constexpr (std::is_floating_point_v<U>) {
    static_assert(sizeof(U) <= 8, "sumi reads float and double");
    return sizeof(U) == 4 ? DType::float32 : DType::float64;
  } else if constexpr (std::is_signed_v<U>) {
    return sizeof(U) == 1 ? DType::int8 : sizeof(U) == 2 ? DType::int16 : sizeof(U) == 4 ? DType::int32 : DType::int64;
  } else {
    return sizeof(U) == 1   ? DType::uint8
           : sizeof(U) == 2 ? DType::uint16
           : sizeof(U) == 4 ? DType::uint32
                            : DType::uint64;
  }
}

/// A row-major array that somebody else owns; nothing is copied. It must stay alive while the view is used.
class ArrayView {
 public:
  /// No data; `empty()` is true.
  ArrayView() = default;

  /// Any contiguous row-major container with `data()` and `shape()`: `xt::xarray`, `xt::xtensor`, sumi::Tensor.
  template <class Array>
  requires requires(const Array& a) {
    { a.data() } -> std::convertible_to<const void*>;
    a.shape().begin();
    a.size();
  }
  ArrayView(const Array& array)  // NOLINT(google-explicit-constructor): a view is taken wherever an array is passed
      : data_(array.data()),
        type_(dtype_of<std::remove_pointer_t<decltype(array.data())>>()),
        shape_(array.shape().begin(), array.shape().end()) {
    if constexpr (requires {
                    array.layout();
                    array.strides();
                  }) {
      std::int64_t stride = 1;
      for (std::size_t i = shape_.size(); i-- > 0;) {
        if (shape_[i] != 1 && static_cast<std::int64_t>(array.strides()[i]) != stride) {
          throw ArgumentError("Expected a contiguous row-major array. Received an array of shape " + to_string(shape_) +
                              " with other strides; assign it to an xt::xarray first.");
        }
        stride *= shape_[i];
      }
    }
  }

  /// Values in row-major order and their shape. Throws ShapeError when the counts differ.
  template <class T, std::size_t Extent>
  ArrayView(std::span<T, Extent> values, Shape shape)
      : data_(values.data()), type_(dtype_of<T>()), shape_(std::move(shape)) {
    if (element_count(shape_) != static_cast<std::int64_t>(values.size())) {
      throw ShapeError("Expected " + std::to_string(element_count(shape_)) + " values for shape " + to_string(shape_) +
                       ". Received " + std::to_string(values.size()) + ".");
    }
  }

  /// One dimension of values: labels in a std::vector or std::array, for example.
  template <class T, std::size_t Extent>
  explicit ArrayView(std::span<T, Extent> values)
      : ArrayView(values, Shape{static_cast<std::int64_t>(values.size())}) {}

  /// Labels in a vector.
  template <class T>
  ArrayView(const std::vector<T>& values)  // NOLINT(google-explicit-constructor): as above
      : ArrayView(std::span<const T>(values)) {}

  const void* data() const { return data_; }
  DType dtype() const { return type_; }
  const Shape& shape() const { return shape_; }
  /// Number of samples: the first dimension; 0 when there is none.
  std::int64_t samples() const { return shape_.empty() ? 0 : shape_[0]; }
  bool empty() const { return data_ == nullptr; }

  /// The samples [begin, end) of the same array. Throws ArgumentError when they are not within it.
  ArrayView slice(std::int64_t begin, std::int64_t end) const;

  /// Another array of the same kind: this many samples at `data`.
  ArrayView with_data(const void* data, std::int64_t samples) const;

  /// The same array, whose numbers are divided when they are read: `divided_by(255)` of bytes are numbers in [0, 1]
  /// that take a quarter of the memory of floats. Throws ArgumentError unless the divisor is finite and above 0.
  ArrayView divided_by(float divisor) const;
  /// 1 where nothing is divided.
  float divisor() const { return divisor_; }

 private:
  const void* data_ = nullptr;
  DType type_ = DType::float32;
  Shape shape_;
  float divisor_ = 1.0F;
};

}  // namespace sumi
