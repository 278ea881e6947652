// HDF5 files made in memory: groups, arrays of numbers, attributes of text. HDF5's library is seen by its source alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>

#include "saving/bytes.hpp"
#include "sumi/shape.hpp"

namespace sumi::saving {

/// A file whose arrays still lie where they were: they are not copied.
struct Hdf5Image {
  Bytes structure;
  std::deque<std::int64_t> integers;
  Bytes gap;      ///< Zeros, for what is between them.
  Pieces pieces;  ///< Of these and of the arrays.
};

/// Makes a file in memory, in the form that h5py gives to Keras's files: superblock 0, contiguous arrays.
class Hdf5Writer {
 public:
  /// `expected`: about how many bytes its structure has, arrays not counted.
  explicit Hdf5Writer(std::size_t expected);
  ~Hdf5Writer();

  /// A group, with those above it.
  void group(const std::string& path);
  /// Arrays in groups that are there; values must stay where they are until the file is written. A shape of no
  /// dimensions is a scalar.
  void floats(const std::string& path, const Shape& shape, std::span<const float> values);
  void integer(const std::string& path, std::int64_t value);
  /// A text of variable length at a group.
  void attribute(const std::string& path, const std::string& name, const std::string& text);
  /// The file. The writer can't be used any more.
  Hdf5Image finish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace sumi::saving
