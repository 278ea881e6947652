// Binary PGM (P5) and PPM (P6): a header of numbers in text, then the pixels.
#include <algorithm>
#include <cctype>
#include <fstream>
#include <string>

#include "datasets/image_formats.hpp"

namespace sumi::datasets {
namespace {

struct Header {
  Shape shape;
  int largest = 0;
  std::int64_t begin = 0;  // where the pixels are
};

// A number behind white space and comments; -1 where there is none. What is above 10^7 ends there.
std::int64_t header_number(std::istream& stream) {
  char c = 0;
  while (stream.get(c)) {
    if (c == '#') {
      std::string comment;
      std::getline(stream, comment);
    } else if (std::isspace(static_cast<unsigned char>(c)) == 0) {
      break;
    }
  }
  std::int64_t number = -1;
  for (; stream && c >= '0' && c <= '9' && number < 1'000'000; stream.get(c)) {
    number = std::max<std::int64_t>(number, 0) * 10 + (c - '0');
  }
  stream.unget();  // the white space behind it
  return number;
}

Header read_header(std::istream& stream, const std::filesystem::path& file) {
  std::string kind(2, '\0');
  stream.read(kind.data(), 2);
  const std::int64_t width = header_number(stream), height = header_number(stream), largest = header_number(stream);
  stream.get();
  if (!stream || width < 1 || height < 1) refuse_image(file, "its header has no size");
  if (largest < 1 || largest > 255) {
    refuse_image(file, std::string("expected a binary ") + (kind == "P6" ? "PPM" : "PGM") + " of one byte a value");
  }
  return {{height, width, kind == "P6" ? 3 : 1}, static_cast<int>(largest), stream.tellg()};
}

}  // namespace

Shape pnm_shape(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return read_header(stream, file).shape;
}

Image read_pnm(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const Header header = read_header(stream, file);
  stream.seekg(0, std::ios::end);
  // Neither side of a header is above 10^7, so that the product fits.
  if (stream.tellg() - header.begin < element_count(header.shape)) refuse_image(file, "it ends before its last pixel");
  stream.seekg(header.begin);
  Image image{std::vector<std::uint8_t>(static_cast<std::size_t>(element_count(header.shape))), header.shape};
  stream.read(reinterpret_cast<char*>(image.pixels.data()), static_cast<std::streamsize>(image.pixels.size()));
  if (!stream) refuse_image(file, "it ends before its last pixel");
  for (std::uint8_t& pixel : image.pixels) {
    if (pixel > header.largest) refuse_image(file, "a pixel is larger than its header says");
    pixel = static_cast<std::uint8_t>((pixel * 255 + header.largest / 2) / header.largest);
  }
  return image;
}

}  // namespace sumi::datasets
