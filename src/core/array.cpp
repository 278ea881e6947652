// What an ArrayView knows of its element type, and views of a part of its samples.
#include "sumi/array.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <string>

namespace sumi {
namespace {

struct TypeInfo {
  std::size_t size;
  const char* name;
};
/// In the order of DType.
constexpr std::array<TypeInfo, 10> types{{{4, "float32"},
                                          {8, "float64"},
                                          {1, "uint8"},
                                          {1, "int8"},
                                          {2, "uint16"},
                                          {2, "int16"},
                                          {4, "uint32"},
                                          {4, "int32"},
                                          {8, "uint64"},
                                          {8, "int64"}}};

}  // namespace

std::size_t size_of(DType type) { return types.at(static_cast<std::size_t>(type)).size; }

const char* name_of(DType type) { return types.at(static_cast<std::size_t>(type)).name; }

ArrayView ArrayView::slice(std::int64_t begin, std::int64_t end) const {
  if (begin < 0 || end < begin || end > samples()) {
    throw ArgumentError("Expected samples within [0, " + std::to_string(samples()) + "). Received [" +
                        std::to_string(begin) + ", " + std::to_string(end) + ") of an array of shape " +
                        to_string(shape_) + ".");
  }
  if (empty()) return *this;
  ArrayView part = *this;
  part.shape_[0] = 1;
  const std::int64_t sample_bytes = element_count(part.shape_) * static_cast<std::int64_t>(size_of(type_));
  part.shape_[0] = end - begin;
  part.data_ = static_cast<const std::byte*>(data_) + begin * sample_bytes;
  return part;
}

ArrayView ArrayView::with_data(const void* data, std::int64_t samples) const {
  ArrayView other = *this;
  other.data_ = data;
  other.shape_.at(0) = samples;
  return other;
}

ArrayView ArrayView::divided_by(float divisor) const {
  if (!std::isfinite(divisor) || divisor <= 0) {
    throw ArgumentError("Expected a finite divisor above 0. Received " + std::to_string(divisor) + ".");
  }
  ArrayView divided = *this;
  divided.divisor_ *= divisor;
  return divided;
}

}  // namespace sumi
