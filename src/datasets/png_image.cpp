#include <png.h>

#include "datasets/image_formats.hpp"

namespace sumi::datasets {
namespace {

/// An image of libpng's, freed at the end.
struct Png {
  png_image image{};

  explicit Png(const std::filesystem::path& file) {
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_file(&image, file.c_str()) == 0) refuse_image(file, image.message);
  }
  ~Png() { png_image_free(&image); }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;

  bool is_coloured() const { return (image.format & PNG_FORMAT_FLAG_COLOR) != 0; }
  bool has_opacity() const { return (image.format & PNG_FORMAT_FLAG_ALPHA) != 0; }
  Shape shape(std::int64_t colours) const { return {image.height, image.width, colours}; }
};

}  // namespace

Shape png_shape(const std::filesystem::path& file) {
  const Png png(file);
  return png.shape(png.has_opacity() ? 4 : png.is_coloured() ? 3 : 1);
}

Image read_png(const std::filesystem::path& file, bool with_opacity) {
  Png png(file);
  const std::int64_t colours = with_opacity ? 4 : png.is_coloured() ? 3 : 1;
  Image image{{}, png.shape(colours)};
  check_size(file, image.shape);
  png.image.format = with_opacity ? PNG_FORMAT_RGBA : colours == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  image.pixels.resize(PNG_IMAGE_SIZE(png.image));
  const png_color black{};
  if (png_image_finish_read(&png.image, &black, image.pixels.data(), 0, nullptr) == 0) {
    refuse_image(file, png.image.message);
  }
  return image;
}

}  // namespace sumi::datasets
