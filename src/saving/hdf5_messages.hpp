// The messages of which the header of an HDF5 object consists: its type, its shape, where its data are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "saving/byte_cursor.hpp"
#include "sumi/shape.hpp"

namespace sumi::saving::hdf5 {

/// Types of messages.
namespace message {
inline constexpr unsigned dataspace = 1, link_info = 2, datatype = 3, link = 6, external_files = 7, layout = 8,
                          attribute = 12, continuation = 16, symbol_table = 17, attribute_info = 21;
}  // namespace message

/// A datatype, as far as sumi tells them apart.
struct Type {
  unsigned kind = 0;
  std::uint32_t flags = 0;
  std::uint32_t size = 0;

  static constexpr unsigned integer = 0, floating = 1, string = 3, variable_length = 9;
  bool little_endian() const { return (flags & 1) == 0; }
  bool variable_string() const { return kind == variable_length && (flags & 15) == 1 && size == 16; }
};

/// All of these throw Damaged.
Type type_from(std::span<const std::byte> body);
/// Dimensions; nothing for a dataspace that holds no element at all.
std::optional<Shape> shape_from(std::span<const std::byte> body);
/// Bytes of an array; more than the file has is refused.
std::uint64_t bytes_of_shape(const Shape& shape, std::uint64_t element, std::uint64_t file);
/// The bytes of an array by its layout message; all of them lie in the file.
std::span<const std::byte> data_from(std::span<const std::byte> body, std::span<const std::byte> image,
                                     std::uint64_t bytes);
/// The name and the address of a link that a group keeps in its header. No address: not a hard one.
std::pair<std::string_view, std::optional<std::uint64_t>> link_from(std::span<const std::byte> body);

}  // namespace sumi::saving::hdf5
