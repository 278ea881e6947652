#include "png_image.hpp"

#include <png.h>
#include <sumi/error.hpp>

#include <string>

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw sumi::FileError("'" + file.string() + "' can't be read: " + why + ".");
}

}  // namespace

std::vector<std::uint8_t> read_png(const std::filesystem::path& file, std::int64_t height, std::int64_t width) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, file.c_str()) == 0) refuse(file, image.message);
  if (image.height != height || image.width != width) {
    const std::string received = std::to_string(image.width) + "x" + std::to_string(image.height);
    png_image_free(&image);
    refuse(file,
           "expected an image of " + std::to_string(width) + "x" + std::to_string(height) + ", received " + received);
  }
  image.format = PNG_FORMAT_GRAY;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  const png_color black{};
  const int read = png_image_finish_read(&image, &black, pixels.data(), 0, nullptr);
  const std::string problem = image.message;
  png_image_free(&image);
  if (read == 0) refuse(file, problem);
  return pixels;
}
