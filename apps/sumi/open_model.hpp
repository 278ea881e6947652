// Models that the commands are given by the name of a file.
#pragma once

#include <sumi/sequential.hpp>

#include <filesystem>

/// A `.keras` or `.h5` file with its weights, or a `.json` architecture with new ones. Throws FileError.
sumi::Sequential open_model(const std::filesystem::path& file);
