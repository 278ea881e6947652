// Arrays made ready for training: labels as rows with a single one, vectors of length 1.
#pragma once

#include <cstdint>
#include <optional>

#include "sumi/array.hpp"
#include "sumi/tensor.hpp"

namespace sumi {

/// Labels as rows of zeros with a one at the label's place: of shape (...) or (..., 1) become floats of shape
/// (..., num_classes). Without `num_classes`, or with 0, it is the largest label plus one. Labels that are no whole
/// numbers lose what is behind the point, as in Keras. Throws ArgumentError where there are no labels to count the
/// classes by, and where a label is not in [0, num_classes).
Tensor to_categorical(const ArrayView& labels, std::optional<std::int64_t> num_classes = {});

/// The vectors along an axis divided by their norm, (sum of |x|^order)^(1/order), or the largest |x| where the order is
/// infinite; vectors of zeros stay as they are. An axis below 0 counts from the last. Throws ArgumentError for an order
/// below 1, and ShapeError for an axis that the array doesn't have.
Tensor normalize(const ArrayView& x, int axis = -1, double order = 2);

}  // namespace sumi
