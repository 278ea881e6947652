// One published file brought into a folder: resumed, verified, renamed into place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "sumi/datasets.hpp"

namespace sumi::datasets {

/// What a file has to be.
struct PublishedFile {
  std::string_view name;
  std::int64_t bytes = 0;
  std::string_view sha256;
};

/// Downloads base_url/name to folder/name. See kmnist::fetch for the promises and the errors.
void fetch_file(const PublishedFile& file, const std::filesystem::path& folder, const std::string& base_url,
                const std::function<void(const kmnist::FetchProgress&)>& progress);

}  // namespace sumi::datasets
