// Arrays in NumPy's form, as bytes of a file or of a member of an archive.
#pragma once

#include <string>

#include "saving/bytes.hpp"
#include "sumi/numpy.hpp"

namespace sumi::saving {

/// Reads a whole `.npy` file out of memory, which the array then keeps. `origin` is the file's name, for messages.
/// Throws FileError.
NumpyArray read_npy(Bytes bytes, const std::string& origin);

/// What stands before the numbers of an array.
std::string npy_header(DType type, const Shape& shape);

/// The numbers of a view as they are to be written: itself, or floats in `memory` where it divides them.
ArrayView undivided(const ArrayView& array, Tensor& memory);

/// The bytes of an undivided view.
std::span<const std::byte> bytes_of(const ArrayView& array);

}  // namespace sumi::saving
