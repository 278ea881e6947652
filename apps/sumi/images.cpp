#include "images.hpp"

#include <sumi/error.hpp>
#include <sumi/image_dataset.hpp>

#include <fstream>

using sumi::FileError;
using sumi::datasets::Images;

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw FileError("'" + file.string() + "' can't be read: " + why + ".");
}

/// What a file begins with tells its form better than its name: no image begins as IDX files, plain or gzip, do.
bool is_idx(const std::filesystem::path& file) {
  const int first = std::ifstream(file, std::ios::binary).get();
  return first == 0 || first == 0x1f;
}

}  // namespace

Images read_images(const std::filesystem::path& file, std::int64_t height, std::int64_t width) {
  const std::string expected = std::to_string(width) + "x" + std::to_string(height);
  if (!is_idx(file)) {
    const sumi::Shape shape = sumi::image_shape(file);
    if (shape[0] != height || shape[1] != width) {
      refuse(file, "expected an image of " + expected + ", received " + std::to_string(shape[1]) + "x" +
                       std::to_string(shape[0]));
    }
    return {sumi::read_image(file, "grayscale").pixels, {1, height, width}};
  }
  sumi::datasets::IdxArray array = sumi::datasets::read_idx(file);
  if (array.shape.size() != 3 || array.shape[1] != height || array.shape[2] != width) {
    refuse(file, "expected images of " + expected + ", received an array of shape " + sumi::to_string(array.shape));
  }
  return {std::move(array.values), array.shape};
}
