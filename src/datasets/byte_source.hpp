// The bytes of a file, plain or gzip, front to back, with an error for whatever is damaged.
#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace sumi::datasets {

/// What a compressed file of this size may hold, in bytes. What unfolds to more was made to fill the memory, or can be
/// unpacked first.
inline constexpr std::uintmax_t largest_content(std::uintmax_t file_size) {
  return (std::uintmax_t{48} << 20) + 4 * file_size;
}

class ByteSource {
 public:
  /// Opens a file. Throws FileError where it is missing, not a regular file or not readable.
  explicit ByteSource(const std::filesystem::path& file);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Fills `out` and returns `count`, or fewer at the end of the data. Throws FileError for a truncated or damaged
  /// gzip.
  std::size_t read(std::uint8_t* out, std::size_t count);

  bool compressed() const { return compressed_; }
  /// Bytes of the file on disk.
  std::uintmax_t file_size() const { return file_size_; }
  /// "'path': message", to throw.
  [[noreturn]] void fail(const std::string& message) const;

 private:
  void refill();
  std::size_t inflate_into(std::uint8_t* out, std::size_t count);

  std::filesystem::path file_;
  std::ifstream stream_;
  std::uintmax_t file_size_ = 0;
  std::array<std::uint8_t, 1 << 16> buffer_;
  z_stream zlib_{};  // its next_in and avail_in are the unread part of buffer_, compressed or not
  bool compressed_ = false;
  bool ended_ = false;
};

}  // namespace sumi::datasets
