#include "saving/hdf5_messages.hpp"

#include <cstring>

namespace sumi::saving::hdf5 {

Type type_from(std::span<const std::byte> body) {
  ByteCursor cursor(body);
  const auto first = cursor.get<std::uint32_t>();
  Type type{first & 15, first >> 8, cursor.get<std::uint32_t>()};
  if (type.kind != Type::floating || type.size != 4) return type;
  // Another format of 32 bits than IEEE's is no float32.
  const auto rest = cursor.take(12);
  constexpr unsigned char ieee[] = {0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0};
  if (std::memcmp(rest.data(), ieee, sizeof ieee) != 0) type.size = 0;
  return type;
}

std::optional<Shape> shape_from(std::span<const std::byte> body) {
  ByteCursor cursor(body);
  const auto version = cursor.get<std::uint8_t>();
  const auto rank = cursor.get<std::uint8_t>();
  cursor.skip(1);
  const auto kind = cursor.get<std::uint8_t>();
  if (version != 1 && version != 2) throw Damaged("its shape is of an unknown version");
  if (version == 1) cursor.skip(4);
  if (version == 2 && kind == 2) return std::nullopt;
  Shape shape;
  for (unsigned i = 0; i < rank; ++i) {
    const auto dimension = cursor.get<std::uint64_t>();
    if (dimension > INT64_MAX) throw Damaged("its shape is larger than the file");
    shape.push_back(static_cast<std::int64_t>(dimension));
  }
  return shape;
}

std::uint64_t bytes_of_shape(const Shape& shape, std::uint64_t element, std::uint64_t file) {
  std::uint64_t bytes = element;
  for (const std::int64_t dimension : shape) {
    const auto count = static_cast<std::uint64_t>(dimension);
    if (count != 0 && bytes > file / count) throw Damaged("its shape is larger than the file");
    bytes *= count;
  }
  return bytes;
}

std::span<const std::byte> data_from(std::span<const std::byte> body, std::span<const std::byte> image,
                                     std::uint64_t bytes) {
  ByteCursor cursor(body);
  const auto version = cursor.get<std::uint8_t>();
  const auto kind = cursor.get<std::uint8_t>();
  if (version != 3 && version != 4) throw Damaged("its data are laid out in a form that sumi doesn't read");
  constexpr unsigned compact = 0, contiguous = 1;
  if (kind == compact) {
    const auto size = cursor.get<std::uint16_t>();
    if (size == bytes) return cursor.take(size);
  } else if (kind == contiguous) {
    const auto address = cursor.get<std::uint64_t>(), size = cursor.get<std::uint64_t>();
    if (size == bytes && bytes == 0) return {};
    if (size == bytes && address <= image.size() && bytes <= image.size() - address) {
      return image.subspan(static_cast<std::size_t>(address), static_cast<std::size_t>(bytes));
    }
  } else {
    throw Damaged("it is chunked, compressed or virtual; Keras writes contiguous arrays, and sumi reads no others");
  }
  throw Damaged("its data are not all in the file");
}

std::pair<std::string_view, std::optional<std::uint64_t>> link_from(std::span<const std::byte> body) {
  ByteCursor cursor(body);
  if (cursor.get<std::uint8_t>() != 1) throw Damaged("a link is of an unknown version");
  const auto flags = cursor.get<std::uint8_t>();
  const unsigned kind = (flags & 8) != 0 ? cursor.get<std::uint8_t>() : 0;
  if ((flags & 4) != 0) cursor.skip(8);
  if ((flags & 16) != 0) cursor.skip(1);
  const std::string_view name = cursor.text(cursor.get_sized(1U << (flags & 3)));
  if (kind != 0) return {name, std::nullopt};
  return {name, cursor.get<std::uint64_t>()};
}

}  // namespace sumi::saving::hdf5
