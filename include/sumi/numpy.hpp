// NumPy's files: `.npy` with one array, `.npz` with several under names.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sumi/array.hpp"
#include "sumi/tensor.hpp"

namespace sumi {

/// An array read from a file, row-major, in memory that its copies share. Whatever takes an ArrayView takes it.
class NumpyArray {
 public:
  /// No data.
  NumpyArray() = default;
  /// An array in memory that the owner keeps.
  NumpyArray(ArrayView view, std::shared_ptr<const void> owner) : view_(std::move(view)), owner_(std::move(owner)) {}

  const Shape& shape() const { return view_.shape(); }
  DType dtype() const { return view_.dtype(); }
  /// Valid as long as this array or a copy of it is there.
  const ArrayView& view() const { return view_; }
  operator const ArrayView&() const { return view_; }  // NOLINT(google-explicit-constructor): `model.predict(array)`
  /// The numbers as float32, rounded where they are more precise.
  Tensor as_float() const;

 private:
  ArrayView view_;
  std::shared_ptr<const void> owner_;
};

/// Reads a `.npy` file of version 1 to 3: float32, float64, integers of 8 to 64 bits, and booleans, which become uint8;
/// of both byte orders; arrays in Fortran's order are transposed. Throws FileError for other types, Python's objects
/// among them, and for damaged files: no memory is taken by what a header says that the file doesn't hold.
NumpyArray load_npy(const std::filesystem::path& file);

/// Writes an array as `numpy.save` does, whole or not at all; numbers that a view divides as float32. Throws FileError.
void save_npy(const std::filesystem::path& file, const ArrayView& array);

/// The arrays of a `.npz` file, each read when it is asked for.
class NpzFile {
 public:
  /// Throws FileError where there is no such file and where it is no ZIP archive, a damaged one, or one of arrays under
  /// the same name.
  explicit NpzFile(const std::filesystem::path& file);
  ~NpzFile();
  NpzFile(NpzFile&& other) noexcept;
  NpzFile& operator=(NpzFile&& other) noexcept;

  /// In the file's order, without `.npy`.
  const std::vector<std::string>& names() const;
  bool has(const std::string& name) const;
  /// Stored or deflated. Throws FileError where there is no such array, for what load_npy refuses, and for an array of
  /// more than 16 MB that is 64 times larger than the file: it was made to fill the memory.
  NumpyArray read(const std::string& name) const;

 private:
  struct Content;
  std::unique_ptr<const Content> content_;
};

/// Arguments of save_npz.
struct NpzOptions {
  /// As `numpy.savez_compressed` does.
  bool compressed = false;
};

/// Writes arrays as `numpy.savez` does, whole or not at all. Throws ArgumentError for a name that could lead out of a
/// folder into which the file is unpacked, and FileError.
void save_npz(const std::filesystem::path& file, const std::map<std::string, ArrayView>& arrays,
              const NpzOptions& options = {});

}  // namespace sumi
