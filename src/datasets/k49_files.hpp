// Kuzushiji-49's four files of NumPy's.
#pragma once

#include <filesystem>

#include "sumi/datasets.hpp"

namespace sumi::datasets {

/// Whether a folder holds one of k49-{train,test}-{imgs,labels}.npz.
bool has_k49_file(const std::filesystem::path& folder);

/// Reads all four. Throws FileError where one is missing, damaged, or holds something else.
Dataset load_k49(const std::filesystem::path& folder);

}  // namespace sumi::datasets
