// The names under which the four files of an IDX data set are found.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace sumi::datasets {

/// `split` is "train" or "t10k". The plain file goes before the gzip one, `-idx3` before `.idx3`.
std::optional<std::filesystem::path> find_images(const std::filesystem::path& folder, const std::string& split);
std::optional<std::filesystem::path> find_labels(const std::filesystem::path& folder, const std::string& split);

}  // namespace sumi::datasets
