// The C++ type of an array's elements, found while a program runs.
#pragma once

#include <cstdint>

#include "sumi/array.hpp"

namespace sumi {

/// Calls f with a zero of the C++ type that belongs to a DType.
template <class F>
auto with_type(DType type, F f) {
  switch (type) {
    case DType::float32:
      return f(float{});
    case DType::float64:
      return f(double{});
    case DType::uint8:
      return f(std::uint8_t{});
    case DType::int8:
      return f(std::int8_t{});
    case DType::uint16:
      return f(std::uint16_t{});
    case DType::int16:
      return f(std::int16_t{});
    case DType::uint32:
      return f(std::uint32_t{});
    case DType::int32:
      return f(std::int32_t{});
    case DType::uint64:
      return f(std::uint64_t{});
    case DType::int64:
      break;
  }
  return f(std::int64_t{});
}

/// Calls f with a typed pointer to an array's elements, which are not divided yet.
template <class F>
auto visit(const ArrayView& array, F f) {
  return with_type(array.dtype(), [&](auto zero) { return f(static_cast<const decltype(zero)*>(array.data())); });
}

}  // namespace sumi
