// HDF5 files made in memory: groups, arrays of numbers, attributes of text. HDF5's library is seen by its source alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "saving/bytes.hpp"
#include "sumi/shape.hpp"

namespace sumi::saving {

/// Makes a file in memory, in the form that h5py gives to Keras's files: superblock 0, contiguous arrays.
class Hdf5Writer {
 public:
  /// `expected`: about how many bytes the file will have.
  explicit Hdf5Writer(std::size_t expected);
  ~Hdf5Writer();

  /// A group, with those above it.
  void group(const std::string& path);
  /// Arrays in groups that are there. A shape of no dimensions is a scalar.
  void floats(const std::string& path, const Shape& shape, std::span<const float> values);
  void integer(const std::string& path, std::int64_t value);
  /// A text of variable length at a group.
  void attribute(const std::string& path, const std::string& name, const std::string& text);
  /// The file. The writer can't be used any more.
  Bytes finish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace sumi::saving
