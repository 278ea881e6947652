// Numbers that look random and are the same everywhere: those of the traces of real Keras runs.
#pragma once

#include <vector>

#include "sumi/shape.hpp"

namespace sumi::testing {

/// Element i (row-major) is ((37 i + 11 k) mod 101 - 50) / 50: from -1 to 1 in steps of 0.02, all different within 101
/// neighbours.
template <class T = double>
std::vector<T> fill(const Shape& shape, int k) {
  std::vector<T> values(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto step = static_cast<int>((i * 37 + static_cast<std::size_t>(k) * 11) % 101);
    values[i] = static_cast<T>(step - 50) / T(50);
  }
  return values;
}

/// The same, scaled and moved: a * fill + b.
inline std::vector<double> fill(const Shape& shape, int k, double a, double b) {
  std::vector<double> values = fill(shape, k);
  for (double& value : values) value = a * value + b;
  return values;
}

}  // namespace sumi::testing
