// Files that are whole or not there: written under another name, flushed to disk, renamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "saving/bytes.hpp"

namespace sumi::saving {

/// A file being written beside its target. Without commit(), and after an error, nothing stays.
class AtomicFile {
 public:
  /// Throws FileError, as all that follows, where the target is a folder or its folder can't be written.
  explicit AtomicFile(const std::filesystem::path& target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Writes at the current position, which then is behind what was written.
  void write(std::span<const std::byte> bytes);
  void write(const Pieces& pieces) {
    for (const auto& piece : pieces) write(piece);
  }
  void seek(std::int64_t position);
  std::int64_t position() const;
  /// Flushes file and folder to disk; the target is then the new file.
  void commit();

 private:
  void flush();

  std::filesystem::path target_, temporary_;
  int descriptor_ = -1;
  Bytes buffer_;
  std::size_t buffered_ = 0;
  std::int64_t written_ = 0;  // where the descriptor stands
};

/// A file of these pieces, whole or not at all.
void write_file(const std::filesystem::path& target, const Pieces& pieces);

}  // namespace sumi::saving
