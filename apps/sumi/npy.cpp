#include "npy.hpp"

#include <sumi/error.hpp>

#include <fstream>
#include <iterator>
#include <regex>
#include <span>

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

  std::smatch match;
  static const std::regex description("'descr': *'([^']*)'"), order("'fortran_order': *(True|False)"),
      shape("'shape': *\\(([0-9, ]*)\\)"), number("[0-9]{1,18}");
  NpyArray array;
  if (!std::regex_search(header, match, description)) refuse(file, "its header has no type of numbers");
  array.type = type_of(file, match[1]);
  if (!std::regex_search(header, match, order) || match[1] == "True") {
    refuse(file, "expected an array in C order; numpy.ascontiguousarray makes one");
  }
  if (!std::regex_search(header, match, shape)) refuse(file, "its header has no shape");
  const std::string dimensions = match[1];
  for (std::sregex_iterator at(dimensions.begin(), dimensions.end(), number), end; at != end; ++at) {
    array.shape.push_back(std::stoll(at->str()));
  }
  const std::size_t size = content.size() - begin - length;
  const std::int64_t count = sumi::element_count(array.shape);
  if (static_cast<std::uint64_t>(count) != size / sumi::size_of(array.type) || size % sumi::size_of(array.type) != 0) {
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
