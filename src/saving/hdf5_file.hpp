// HDF5 files in memory: groups, arrays of numbers, attributes of text. HDF5's library is seen by its source alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

/// What an array holds. Whatever is neither of these two is refused.
enum class ElementType { float32, integer };

/// An array that can be read: its data lie in the file and are as long as its shape says.
struct Hdf5Array {
  std::string path;
  Shape shape;
  ElementType type = ElementType::float32;
};

/// Reads a file in memory. Nothing in the file is believed: links out of it, virtual, external, chunked and compressed
/// arrays are refused, and so are sizes that it can't have. All functions throw FileError for what is damaged or
/// refused, and say where.
class Hdf5Reader {
 public:
  /// `image` must outlive the reader. `origin` is the file's name, for messages.
  Hdf5Reader(std::span<const std::byte> image, std::string origin);
  ~Hdf5Reader();
  Hdf5Reader(Hdf5Reader&&) noexcept;

  const std::string& origin() const { return origin_; }
  /// Whether there is a group or array.
  bool has(const std::string& path) const;
  /// What a group holds, by name.
  std::vector<std::string> names(const std::string& group) const;
  bool is_group(const std::string& path) const;
  Hdf5Array array(const std::string& path) const;
  /// Throws where the array is of another type or size.
  void read(const Hdf5Array& array, std::span<float> values) const;
  std::int64_t read_integer(const Hdf5Array& array) const;
  /// An attribute's text; nothing where there is none.
  std::optional<std::string> attribute(const std::string& path, const std::string& name) const;
  /// An attribute that is an array of texts; nothing where there is none.
  std::optional<std::vector<std::string>> attributes(const std::string& path, const std::string& name) const;

 private:
  struct File;
  [[noreturn]] void fail(const std::string& path, const std::string& why) const;

  std::unique_ptr<File> file_;
  std::string origin_;
};

}  // namespace sumi::saving
