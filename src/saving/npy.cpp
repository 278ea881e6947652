// `.npy`: a header that is a Python dictionary, then the numbers. The header is believed only where the bytes behind it
// agree.
#include "saving/npy.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/element_type.hpp"
#include "core/text.hpp"
#include "saving/atomic_file.hpp"
#include "saving/byte_cursor.hpp"

namespace sumi {
namespace saving {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = 65536;

struct TypeName {
  std::string_view text;  // without the byte order
  DType type;
};
constexpr std::array<TypeName, 11> types{{{"f4", DType::float32},
                                          {"f8", DType::float64},
                                          {"u1", DType::uint8},
                                          {"i1", DType::int8},
                                          {"u2", DType::uint16},
                                          {"i2", DType::int16},
                                          {"u4", DType::uint32},
                                          {"i4", DType::int32},
                                          {"u8", DType::uint64},
                                          {"i8", DType::int64},
                                          {"b1", DType::uint8}}};

// What the header says.
struct Header {
  DType type = DType::float32;
  bool is_bool = false;
  bool big_endian = false;
  bool fortran_order = false;
  Shape shape;
};

// What stands behind a key.
std::string_view behind(std::string_view header, std::string_view key) {
  const std::size_t at = header.find(key);
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + key.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

// What stands there between two characters, the first of which is the next one.
std::optional<std::string_view> between(std::string_view text, char open, char close) {
  if (text.empty() || text.front() != open) return std::nullopt;
  const std::size_t end = text.find(close, 1);
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(1, end - 1);
}

// Whole numbers with commas and spaces between them (and an L behind each where an old Python wrote them); nothing
// where there is anything else or a number is absurd.
std::optional<Shape> dimensions_of(std::string_view text) {
  Shape shape;
  bool within = false;
  for (const char c : text) {
    if (c == ' ' || c == ',' || (c == 'L' && within)) {
      within = false;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    if (!within) shape.push_back(0);
    within = true;
    shape.back() = shape.back() * 10 + (c - '0');
    if (shape.back() > std::int64_t{1} << 40) return std::nullopt;
  }
  return shape;
}

void read_type(std::string_view description, Header& header) {
  const std::string_view order = description.substr(0, 1),
                         name = description.substr(std::min<std::size_t>(1, description.size()));
  const auto found = std::find_if(types.begin(), types.end(), [&](const TypeName& one) { return one.text == name; });
  if (found == types.end() || (order != "<" && order != ">" && order != "|")) {
    if (name.starts_with("O")) throw Damaged("expected an array of numbers, received Python's objects");
    throw Damaged("expected an array of float32, float64, integers or booleans, received the type " +
                  repr(description));
  }
  header.type = found->type;
  header.is_bool = name == "b1";
  header.big_endian = order == ">";
}

Header read_header(ByteCursor& cursor) {
  if (cursor.left() < magic.size() + 2 || cursor.text(magic.size()) != magic) throw Damaged("it is no .npy file");
  const int version = cursor.get<std::uint8_t>();
  cursor.skip(1);
  if (version < 1 || version > 3) {
    throw Damaged("expected a .npy file of version 1 to 3, received version " + std::to_string(version));
  }
  const std::uint64_t length = cursor.get_sized(version == 1 ? 2 : 4);
  if (length > cursor.left() || length > longest_header) throw Damaged("its header is longer than the file");
  const std::string_view text = cursor.text(length);

  Header header;
  const std::string_view description = behind(text, "'descr':");
  if (description.starts_with("[")) throw Damaged("expected an array of numbers, received one of records");
  const auto type = between(description, '\'', '\'');
  if (!type) throw Damaged("its header has no type of numbers");
  read_type(*type, header);
  const std::string_view order = behind(text, "'fortran_order':");
  header.fortran_order = order.starts_with("True");
  if (!header.fortran_order && !order.starts_with("False")) throw Damaged("its header has no order of numbers");
  const auto dimensions = between(behind(text, "'shape':"), '(', ')');
  const std::optional<Shape> shape = dimensions ? dimensions_of(*dimensions) : std::nullopt;
  if (!shape) throw Damaged("its header has no shape");
  header.shape = *shape;
  return header;
}

// Whether an array of this shape has so many elements; no product is taken that could be too large.
bool has_elements(const Shape& shape, std::uint64_t count) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return count == 0;
  for (const std::int64_t dimension : shape) {
    const auto size = static_cast<std::uint64_t>(dimension);
    if (count % size != 0) return false;
    count /= size;
  }
  return count == 1;
}

template <class T>
void swap_bytes(T* values, std::size_t count) {
  for (auto* bytes = reinterpret_cast<std::byte*>(values); count > 0; --count, bytes += sizeof(T)) {
    std::reverse(bytes, bytes + sizeof(T));
  }
}

// The first index running fastest becomes the last one doing so.
template <class T>
Bytes transposed(const T* from, std::size_t count, const Shape& shape) {
  Bytes bytes(count * sizeof(T));
  auto* out = reinterpret_cast<T*>(bytes.data());
  Shape index(shape.size(), 0), strides(shape.size(), 1);
  for (std::size_t d = 1; d < shape.size(); ++d) strides[d] = strides[d - 1] * shape[d - 1];
  std::int64_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = from[at];
    for (std::size_t d = shape.size(); d-- > 0;) {
      at += strides[d];
      if (++index[d] < shape[d]) break;
      at -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
  return bytes;
}

NumpyArray array_of(Bytes bytes) {
  ByteCursor cursor(bytes.view());
  const Header header = read_header(cursor);
  const std::size_t size = cursor.left(), offset = bytes.size() - size;
  const std::size_t count = size / size_of(header.type);
  if (size % size_of(header.type) != 0 || !has_elements(header.shape, count)) {
    throw Damaged("its " + std::to_string(size) + " bytes are not those of an array of shape " +
                  to_string(header.shape) + " and type " + name_of(header.type));
  }
  return with_type(header.type, [&](auto zero) {
    using T = decltype(zero);
    std::byte* begin = bytes.data() + offset;
    // NumPy aligns the numbers; other writers need not.
    if (offset % sizeof(T) != 0) begin = static_cast<std::byte*>(std::memmove(bytes.data(), begin, size));
    auto* values = reinterpret_cast<T*>(begin);
    if (header.big_endian) swap_bytes(values, count);
    if (header.is_bool)
      std::replace_if(
          values, values + count, [](T value) { return value != 0; }, T{1});
    if (header.fortran_order && header.shape.size() > 1) {
      bytes = transposed(values, count, header.shape);
      values = reinterpret_cast<T*>(bytes.data());
    }
    const ArrayView view(std::span<const T>(values, count), header.shape);
    return NumpyArray(view, std::make_shared<const Bytes>(std::move(bytes)));
  });
}

}  // namespace

NumpyArray read_npy(Bytes bytes, const std::string& origin) {
  try {
    return array_of(std::move(bytes));
  } catch (const Damaged& damaged) {
    throw FileError("'" + origin + "' can't be read: " + damaged.what() + ".");
  }
}

std::string npy_header(DType type, const Shape& shape) {
  const auto* name = std::find_if(types.begin(), types.end(), [&](const TypeName& one) { return one.type == type; });
  std::string header = "{'descr': '";
  header += size_of(type) == 1 ? '|' : '<';
  header += std::string(name->text) + "', 'fortran_order': False, 'shape': " + to_string(shape) + ", }";
  constexpr std::size_t fixed = 10, alignment = 64;  // NumPy wants the numbers there
  header.append(alignment - 1 - (fixed + header.size()) % alignment, ' ');
  header += '\n';
  std::string content(magic);
  content += '\x01';
  content += '\0';
  content += static_cast<char>(header.size() & 0xff);
  content += static_cast<char>(header.size() >> 8);
  return content + header;
}

ArrayView undivided(const ArrayView& array, Tensor& memory) {
  if (array.divisor() == 1.0F) return array;
  memory = NumpyArray(array, nullptr).as_float();
  return memory;
}

std::span<const std::byte> bytes_of(const ArrayView& array) {
  const auto count = array.empty() ? 0 : static_cast<std::size_t>(element_count(array.shape()));
  return {static_cast<const std::byte*>(array.data()), count * size_of(array.dtype())};
}

}  // namespace saving

Tensor NumpyArray::as_float() const {
  if (view_.empty()) return Tensor::from_shape({0});
  Tensor tensor = Tensor::from_shape(std::vector<std::size_t>(shape().begin(), shape().end()));
  visit(view_, [&](const auto* values) {
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      tensor.data()[i] = static_cast<float>(values[i]) / view_.divisor();
    }
  });
  return tensor;
}

NumpyArray load_npy(const std::filesystem::path& file) {
  return saving::read_npy(saving::read_file(file), file.string());
}

void save_npy(const std::filesystem::path& file, const ArrayView& array) {
  Tensor memory;
  const ArrayView written = saving::undivided(array, memory);
  const std::string header = saving::npy_header(written.dtype(), written.shape());
  saving::write_file(file, {saving::bytes_of(header), saving::bytes_of(written)});
}

}  // namespace sumi
