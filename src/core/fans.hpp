// How many inputs and outputs a weight connects.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sumi/shape.hpp"

namespace sumi {

struct Fans {
  double in;
  double out;
};

/// Matrices (in, out); kernels (..., in, out), times the size of the window. Axes, where given (both or none), are
/// multiplied instead. Throws ArgumentError for axes that the shape doesn't have.
Fans compute_fans(const Shape& shape, const std::optional<std::vector<std::int64_t>>& input_axes = {},
                  const std::optional<std::vector<std::int64_t>>& output_axes = {});

}  // namespace sumi
