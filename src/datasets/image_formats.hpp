// The forms of image files that are read. libpng is seen by its source alone.
#pragma once

#include <filesystem>

#include "sumi/image_dataset.hpp"

namespace sumi::datasets {

/// (height, width, colours) that the header of a PNG tells. Throws FileError.
Shape png_shape(const std::filesystem::path& file);
/// A PNG with its own colours (1 or 3), or with opacity (4). Throws FileError.
Image read_png(const std::filesystem::path& file, bool with_opacity);

/// The same of a binary PGM (1 colour) or PPM (3).
Shape pnm_shape(const std::filesystem::path& file);
Image read_pnm(const std::filesystem::path& file);

/// Throws FileError where an image is so much larger than its file that it must have been made to fill the memory.
void check_size(const std::filesystem::path& file, const Shape& shape);

/// "'path' can't be read: why.", to throw.
[[noreturn]] void refuse_image(const std::filesystem::path& file, const std::string& why);

}  // namespace sumi::datasets
