#include "images.hpp"

#include <sumi/error.hpp>

#include <fstream>
#include <iterator>
#include <sstream>

#include "png_image.hpp"

using sumi::FileError;
using sumi::datasets::Images;

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw FileError("'" + file.string() + "' can't be read: " + why + ".");
}

/// What a file begins with tells its form better than its name.
std::string beginning(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(8, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  if (bytes.empty()) refuse(file, "there is no such file, or it is empty");
  return bytes;
}

/// A number of a PGM's header, behind white space and comments.
long header_number(std::istream& stream) {
  for (char c = 0; stream.get(c);) {
    if (c == '#') {
      std::string comment;
      std::getline(stream, comment);
    } else if (c >= '0' && c <= '9') {
      stream.unget();
      break;
    }
  }
  long number = -1;
  stream >> number;
  return stream ? number : -1;
}

Images read_pgm(const std::filesystem::path& file, std::int64_t height, std::int64_t width) {
  std::ifstream stream(file, std::ios::binary);
  stream.ignore(2);
  const long columns = header_number(stream), rows = header_number(stream), largest = header_number(stream);
  if (largest < 1 || largest > 255) refuse(file, "expected a binary PGM of one byte a pixel");
  if (rows != height || columns != width) {
    refuse(file, "expected an image of " + std::to_string(width) + "x" + std::to_string(height) + ", received " +
                     std::to_string(columns) + "x" + std::to_string(rows));
  }
  stream.ignore(1);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(rows * columns));
  stream.read(reinterpret_cast<char*>(pixels.data()), static_cast<std::streamsize>(pixels.size()));
  if (!stream) refuse(file, "it ends before its last pixel");
  for (std::uint8_t& pixel : pixels) {
    if (pixel > largest) refuse(file, "a pixel is larger than its header says");
    pixel = static_cast<std::uint8_t>(pixel * 255 / largest);
  }
  return {std::move(pixels), {1, rows, columns}};
}

}  // namespace

Images read_images(const std::filesystem::path& file, std::int64_t height, std::int64_t width) {
  const std::string begins = beginning(file);
  if (begins == "\x89PNG\r\n\x1a\n") return {read_png(file, height, width), {1, height, width}};
  if (begins.starts_with("P5")) return read_pgm(file, height, width);
  sumi::datasets::IdxArray array = sumi::datasets::read_idx(file);
  if (array.shape.size() != 3 || array.shape[1] != height || array.shape[2] != width) {
    refuse(file, "expected images of " + std::to_string(width) + "x" + std::to_string(height) +
                     ", received an array of shape " + sumi::to_string(array.shape));
  }
  return {std::move(array.values), array.shape};
}
