// Images of whatever form, with the colours that are asked for.
#include <fstream>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "datasets/byte_source.hpp"
#include "datasets/image_formats.hpp"

namespace sumi {
namespace datasets {

void refuse_image(const std::filesystem::path& file, const std::string& why) {
  throw FileError("'" + file.string() + "' can't be read: " + why + ".");
}

void check_size(const std::filesystem::path& file, const Shape& shape) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (!error && static_cast<std::uintmax_t>(element_count(shape)) <= largest_content(size)) return;
  refuse_image(file, "its pixels, of shape " + to_string(shape) + ", come from " + std::to_string(size) + " bytes");
}

namespace {

enum class Form { png, pnm };

// What a file begins with tells its form better than its name.
Form form_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string begins(8, '\0');
  stream.read(begins.data(), static_cast<std::streamsize>(begins.size()));
  begins.resize(static_cast<std::size_t>(stream.gcount()));
  if (begins.empty()) refuse_image(file, "there is no such file, or it is empty");
  if (begins == "\x89PNG\r\n\x1a\n") return Form::png;
  if (begins.starts_with("P5") || begins.starts_with("P6")) return Form::pnm;
  const std::pair<const char*, const char*> others[] = {
      {"\xff\xd8\xff", "a JPEG"}, {"GIF8", "a GIF"}, {"BM", "a BMP"}, {"P2", "a PGM in text"}, {"P3", "a PPM in text"}};
  for (const auto& [beginning, name] : others) {
    if (begins.starts_with(beginning)) {
      refuse_image(file, std::string("expected a PNG, or a binary PGM or PPM, received ") + name);
    }
  }
  refuse_image(file, "it is no PNG, and no binary PGM or PPM");
}

std::int64_t colours_of(const std::string& color_mode) {
  if (color_mode == "grayscale") return 1;
  if (color_mode == "rgb") return 3;
  if (color_mode == "rgba") return 4;
  throw ArgumentError("Expected `color_mode` to be 'grayscale', 'rgb' or 'rgba'. Received color_mode=" +
                      repr(color_mode) + "." + suggestion(color_mode, {"grayscale", "rgb", "rgba"}));
}

// Greys from three colours, weighted as the standard ITU-R BT.601 has them.
Image to_grey(const Image& image) {
  Image grey{{}, {image.shape[0], image.shape[1], 1}};
  grey.pixels.reserve(image.pixels.size() / 3);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    const std::uint8_t* pixel = image.pixels.data() + i;
    grey.pixels.push_back(static_cast<std::uint8_t>((pixel[0] * 299 + pixel[1] * 587 + pixel[2] * 114 + 500) / 1000));
  }
  return grey;
}

// Greys as three equal colours, and opaque where opacity is wanted.
Image widened(const Image& image, std::int64_t colours) {
  const auto from = static_cast<std::size_t>(image.shape[2]), to = static_cast<std::size_t>(colours);
  Image wide{{}, {image.shape[0], image.shape[1], colours}};
  wide.pixels.reserve(image.pixels.size() / from * to);
  for (std::size_t i = 0; i < image.pixels.size(); i += from) {
    for (std::size_t c = 0; c < 3; ++c) wide.pixels.push_back(image.pixels[i + (from == 1 ? 0 : c)]);
    if (to == 4) wide.pixels.push_back(255);
  }
  return wide;
}

}  // namespace
}  // namespace datasets

Shape image_shape(const std::filesystem::path& file) {
  return datasets::form_of(file) == datasets::Form::png ? datasets::png_shape(file) : datasets::pnm_shape(file);
}

Image read_image(const std::filesystem::path& file, const std::string& color_mode) {
  const std::int64_t colours = datasets::colours_of(color_mode);
  Image image = datasets::form_of(file) == datasets::Form::png ? datasets::read_png(file, colours == 4)
                                                               : datasets::read_pnm(file);
  if (image.shape[2] == colours) return image;
  return colours == 1 ? datasets::to_grey(image) : datasets::widened(image, colours);
}

}  // namespace sumi
