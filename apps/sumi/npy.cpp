#include "npy.hpp"

#include <sumi/error.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "files.hpp"

using sumi::DType;

namespace {

constexpr std::string_view magic = "\x93NUMPY";

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw sumi::FileError("'" + file.string() + "' can't be read: " + why + ".");
}

DType type_of(const std::filesystem::path& file, const std::string& description) {
  static const std::pair<const char*, DType> known[] = {
      {"<f4", DType::float32}, {"<f8", DType::float64}, {"|u1", DType::uint8},  {"|i1", DType::int8},
      {"<u2", DType::uint16},  {"<i2", DType::int16},   {"<u4", DType::uint32}, {"<i4", DType::int32},
      {"<u8", DType::uint64},  {"<i8", DType::int64}};
  for (const auto& [text, type] : known) {
    if (description == text) return type;
  }
  refuse(file, "expected numbers of a little-endian type, received " + description);
}

// What stands behind a key of the header.
std::string_view behind(std::string_view header, std::string_view key) {
  const std::size_t at = header.find(key);
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + key.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

// What stands there between two characters, the first of which is the next one.
std::optional<std::string> between(std::string_view text, char open, char close) {
  if (text.empty() || text.front() != open) return std::nullopt;
  const std::size_t end = text.find(close, 1);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(text.substr(1, end - 1));
}

// Whole numbers with commas and spaces between them; none where there is anything else or a number is absurd.
std::optional<sumi::Shape> dimensions_of(const std::string& text) {
  sumi::Shape shape;
  bool within = false;
  for (const char c : text) {
    if (c == ' ' || c == ',') {
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

// Whether an array of this shape has so many elements; no product is taken that could be too large.
bool has_elements(const sumi::Shape& shape, std::uint64_t count) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return count == 0;
  for (const std::int64_t dimension : shape) {
    const auto size = static_cast<std::uint64_t>(dimension);
    if (count % size != 0) return false;
    count /= size;
  }
  return count == 1;
}

template <class T>
sumi::ArrayView view_as(const NpyArray& array) {
  const auto* values = reinterpret_cast<const T*>(array.bytes.data());
  return {std::span<const T>(values, array.bytes.size() / sizeof(T)), array.shape};
}

}  // namespace

sumi::ArrayView NpyArray::view() const {
  switch (type) {
    case DType::float32:
      return view_as<float>(*this);
    case DType::float64:
      return view_as<double>(*this);
    case DType::uint8:
      return view_as<std::uint8_t>(*this);
    case DType::int8:
      return view_as<std::int8_t>(*this);
    case DType::uint16:
      return view_as<std::uint16_t>(*this);
    case DType::int16:
      return view_as<std::int16_t>(*this);
    case DType::uint32:
      return view_as<std::uint32_t>(*this);
    case DType::int32:
      return view_as<std::int32_t>(*this);
    case DType::uint64:
      return view_as<std::uint64_t>(*this);
    case DType::int64:
      return view_as<std::int64_t>(*this);
  }
  return {};
}

NpyArray read_npy(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) refuse(file, "there is no such file, or it can't be opened");
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  const auto byte = [&content](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(content[at]));
  };
  if (!content.starts_with(magic) || content.size() < 12) refuse(file, "it is no .npy file");
  const bool old = byte(6) == 1;
  const std::size_t begin = old ? 10 : 12;
  const std::size_t length = byte(8) + (byte(9) << 8) + (old ? 0 : (byte(10) << 16) + (byte(11) << 24));
  if (length > content.size() - begin || length > 65536) refuse(file, "its header is longer than the file");
  const std::string header = content.substr(begin, length);

  NpyArray array;
  const std::optional<std::string> description = between(behind(header, "'descr':"), '\'', '\'');
  if (!description) refuse(file, "its header has no type of numbers");
  array.type = type_of(file, *description);
  if (!behind(header, "'fortran_order':").starts_with("False")) {
    refuse(file, "expected an array in C order; numpy.ascontiguousarray makes one");
  }
  const std::optional<std::string> dimensions = between(behind(header, "'shape':"), '(', ')');
  const std::optional<sumi::Shape> shape = dimensions ? dimensions_of(*dimensions) : std::nullopt;
  if (!shape) refuse(file, "its header has no shape");
  array.shape = *shape;
  const std::size_t size = content.size() - begin - length;
  const std::size_t number = sumi::size_of(array.type);
  if (size % number != 0 || !has_elements(array.shape, size / number)) {
    refuse(file,
           "its " + std::to_string(size) + " bytes are not those of an array of shape " + sumi::to_string(array.shape));
  }
  const auto* data = reinterpret_cast<const std::byte*>(content.data()) + begin + length;
  array.bytes.assign(data, data + size);
  return array;
}

void write_npy(const std::filesystem::path& file, const sumi::Tensor& tensor) {
  const sumi::Shape shape(tensor.shape().begin(), tensor.shape().end());
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + sumi::to_string(shape) + ", }";
  constexpr std::size_t fixed = 10, alignment = 64;  // NumPy wants the data there
  header.append(alignment - 1 - (fixed + header.size()) % alignment, ' ');
  header += '\n';
  std::string content(magic);
  content += '\x01';
  content += '\0';
  content += static_cast<char>(header.size() & 0xff);
  content += static_cast<char>(header.size() >> 8);
  content += header;
  content.append(reinterpret_cast<const char*>(tensor.data()), tensor.size() * sizeof(float));
  write_atomically(file, content);
}
