// HDF5 files that somebody else may have made, read from memory with nothing believed. Why not by HDF5's library:
// docs/decisions/0012-reading-hdf5.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sumi/shape.hpp"

namespace sumi::saving {

/// What an array holds. Whatever is neither of these two is refused.
enum class ElementType { float32, integer };

/// An array that can be read: its data lie in the file and are as long as its shape says.
struct Hdf5Array {
  std::string path;
  Shape shape = {};
  ElementType type = ElementType::float32;
  std::span<const std::byte> data = {};
};

/// Reads the files that h5py makes for Keras: old-style groups (and the few links that newer ones keep in themselves),
/// contiguous arrays. Links out of the file, virtual, external, chunked and compressed arrays are refused, and so are
/// sizes that the file can't have. All functions throw FileError for what is damaged or refused, and say where.
class Hdf5Reader {
 public:
  /// `image` must outlive the reader. `origin` is the file's name, for messages.
  Hdf5Reader(std::span<const std::byte> image, std::string origin);

  const std::string& origin() const { return origin_; }
  /// Whether there is a group or array.
  bool has(const std::string& path) const { return find(path).has_value(); }
  /// What a group holds, by name. Valid while the image is there.
  std::vector<std::string_view> names(const std::string& group) const;
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
  /// A group's entry: where the object is, or that it leads elsewhere.
  struct Link {
    std::uint64_t address = 0;
    bool hard = true;
  };
  using Links = std::map<std::string_view, Link>;
  /// One message of an object's header.
  struct Message {
    unsigned type;
    bool shared;
    std::span<const std::byte> body;
  };

  [[noreturn]] void fail(const std::string& path, const std::string& why) const;
  /// Runs what throws Damaged; then says where.
  template <class Action>
  auto at(const std::string& path, Action action) const;
  std::optional<std::uint64_t> find(const std::string& path) const;
  std::uint64_t require(const std::string& path) const;
  std::vector<Message> messages(std::uint64_t header) const;
  /// Null where the object is no group. Valid until the next call.
  const Links* links(std::uint64_t header) const;
  void add_tree(Links& found, std::uint64_t node, std::span<const std::byte> names, std::size_t& budget) const;
  std::string heap_text(std::span<const std::byte> reference) const;
  std::vector<std::string> texts(std::span<const std::byte> type, std::span<const std::byte> space,
                                 std::span<const std::byte> data) const;

  std::span<const std::byte> image_;
  std::string origin_;
  std::uint64_t root_ = 0;
  mutable std::map<std::uint64_t, std::optional<Links>> groups_;  // by the address of their headers
  mutable std::size_t kept_links_ = 0;                            // in groups_
};

}  // namespace sumi::saving
