// Shapes, as Keras writes them: the batch first, -1 where a dimension is not known yet.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sumi {

/// Dimensions, outermost first.
using Shape = std::vector<std::int64_t>;

/// A dimension that isn't known yet; printed as None.
inline constexpr std::int64_t None = -1;

/// As Keras prints it: `(None, 26, 26, 32)`, `(5,)`, `()`.
std::string to_string(const Shape& shape);

/// Number of elements. Throws ShapeError where a dimension is None or the product does not fit 63 bits.
std::int64_t element_count(const Shape& shape);

}  // namespace sumi
