// The SHA-256 of a file.
#pragma once

#include <filesystem>
#include <string>

namespace sumi::datasets {

/// 64 lower-case hexadecimal digits. Throws FileError where the file can't be read.
std::string sha256_of(const std::filesystem::path& file);

}  // namespace sumi::datasets
