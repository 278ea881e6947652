// Little-endian numbers out of bytes, never beyond their end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace sumi::saving {

/// What is wrong with bytes; whoever knows their file says where.
class Damaged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Walks through bytes. Throws Damaged where they end too early.
class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::byte> bytes) : bytes_(bytes) {}
  /// From `begin` on, and no further than `length` bytes where that is given.
  ByteCursor(std::span<const std::byte> bytes, std::uint64_t begin, std::uint64_t length = UINT64_MAX)
      : bytes_(part(bytes, begin, length)) {}

  std::size_t left() const { return bytes_.size(); }
  std::span<const std::byte> rest() const { return bytes_; }
  std::span<const std::byte> take(std::uint64_t count) {
    if (count > bytes_.size()) throw Damaged("it ends too early");
    const auto taken = bytes_.first(static_cast<std::size_t>(count));
    bytes_ = bytes_.subspan(static_cast<std::size_t>(count));
    return taken;
  }
  void skip(std::uint64_t count) { take(count); }
  template <class T>
  T get() {
    static_assert(std::is_unsigned_v<T>);
    T value{};
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  /// A number of 1, 2, 4 or 8 bytes.
  std::uint64_t get_sized(unsigned bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, take(bytes).data(), bytes);
    return value;
  }
  std::string_view text(std::uint64_t count) {
    const auto taken = take(count);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }
  /// Throws where the next bytes are others.
  void expect(std::string_view signature) {
    if (text(signature.size()) != signature) throw Damaged("expected " + std::string(signature) + " in its structure");
  }

 private:
  static std::span<const std::byte> part(std::span<const std::byte> bytes, std::uint64_t begin, std::uint64_t length) {
    if (begin > bytes.size()) throw Damaged("an address in it lies beyond its end");
    const auto rest = bytes.subspan(static_cast<std::size_t>(begin));
    if (length == UINT64_MAX) return rest;
    if (length > rest.size()) throw Damaged("it ends too early");
    return rest.first(static_cast<std::size_t>(length));
  }

  std::span<const std::byte> bytes_;
};

}  // namespace sumi::saving
