// PNG images as grey pixels. libpng is seen by its source alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

/// The grey values of an image, row by row, colours by their brightness, transparent parts as black. Throws
/// sumi::FileError for what is no PNG, damaged, or of another size, before memory is taken for it.
std::vector<std::uint8_t> read_png(const std::filesystem::path& file, std::int64_t height, std::int64_t width);
