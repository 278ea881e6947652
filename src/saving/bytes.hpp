// Blocks of memory that hold a file or a part of one, and files read whole.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace sumi::saving {

/// Memory from malloc, not cleared: files are large, and what a library has allocated can be taken over.
class Bytes {
 public:
  Bytes() = default;
  /// Throws std::bad_alloc.
  explicit Bytes(std::size_t size);
  /// Takes over what malloc or realloc returned.
  Bytes(void* data, std::size_t size) : data_(static_cast<std::byte*>(data)), size_(size) {}

  std::byte* data() { return data_.get(); }
  std::span<const std::byte> view() const { return {data_.get(), size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_.get()), size_}; }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* pointer) const { std::free(pointer); }
  };
  std::unique_ptr<std::byte[], Free> data_;
  std::size_t size_ = 0;
};

/// The content of a file in pieces that lie in different places, in order.
using Pieces = std::vector<std::span<const std::byte>>;

/// The bytes of a text.
inline std::span<const std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// A whole file. Throws FileError where there is none, where it is a folder or a device, and where it can't be read.
Bytes read_file(const std::filesystem::path& path);

}  // namespace sumi::saving
