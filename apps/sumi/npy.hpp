// NumPy's `.npy` files.
#pragma once

#include <sumi/array.hpp>
#include <sumi/tensor.hpp>

#include <cstddef>
#include <filesystem>
#include <vector>

/// An array read from a file.
struct NpyArray {
  std::vector<std::byte> bytes;
  sumi::DType type = sumi::DType::float32;
  sumi::Shape shape;

  /// Valid while the array is there.
  sumi::ArrayView view() const;
};

/// Versions 1 to 3, little-endian, in C order. Throws FileError for the rest and for damaged files.
NpyArray read_npy(const std::filesystem::path& file);

/// Writes float32, whole or not at all. Throws FileError.
void write_npy(const std::filesystem::path& file, const sumi::Tensor& tensor);
