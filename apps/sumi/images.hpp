// Images of whatever form as a model takes them.
#pragma once

#include <sumi/datasets.hpp>

#include <filesystem>

/// The grey images of a file: one of a PNG or a binary PGM or PPM, any number of an IDX file. Throws FileError for what
/// can't be read and for another size than (height, width).
sumi::datasets::Images read_images(const std::filesystem::path& file, std::int64_t height, std::int64_t width);
