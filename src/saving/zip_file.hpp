// ZIP archives: the members of a `.keras` or `.npz` file. libzip is seen by its source alone.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "saving/atomic_file.hpp"
#include "saving/bytes.hpp"

namespace sumi::saving {

/// A member to be written.
struct ZipMember {
  std::string name;
  Pieces content;
};

enum class ZipMethod { stored, deflated };

/// Writes an archive of these members, uncompressed as Keras does, or compressed. Throws FileError.
void write_zip(AtomicFile& file, const std::vector<ZipMember>& members, ZipMethod method = ZipMethod::stored);

/// Whether a name could lead somewhere else when an archive is unpacked, or is none.
bool leads_out(const std::string& name);

/// Whose archive is read: how messages call it, and how much larger than all of it one of its members may be.
struct ZipOwner {
  std::string_view name = "a model";
  /// Members of 16 MB are always read. Weights hardly shrink: what shrinks to less was made to fill the memory.
  std::size_t times = 2;
};

/// Reads an archive in memory. Throws FileError for what is damaged, encrypted, or named like a path out of the
/// archive.
class ZipReader {
 public:
  /// `archive` must outlive the reader. `origin` is the file's name, for messages.
  ZipReader(std::span<const std::byte> archive, std::string origin, ZipOwner owner = {});
  ~ZipReader();

  const std::string& origin() const { return origin_; }
  /// In the archive's order.
  const std::vector<std::string>& names() const { return names_; }
  bool has(const std::string& name) const;
  /// A member's content; its checksum is right. Throws FileError where there is none, where it has more than `limit`
  /// bytes, and where it is compressed to less than the owner's members can be.
  Bytes read(const std::string& name, std::size_t limit) const;

 private:
  struct Archive;
  [[noreturn]] void fail(const std::string& member, const std::string& why) const;

  std::unique_ptr<Archive> archive_;
  std::size_t size_;
  std::string origin_;
  ZipOwner owner_;
  std::vector<std::string> names_;
};

}  // namespace sumi::saving
