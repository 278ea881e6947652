// Between the model and the files and texts that describe it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sumi/saving.hpp"
#include "training/model.hpp"

namespace sumi::training {

/// As Sequential's members of these names.
std::string to_json(const Model& model);
std::string get_config(const Model& model);
void save(Model& model, const std::filesystem::path& file, const SaveOptions& options);
void save_weights(Model& model, const std::filesystem::path& file, const SaveWeightsOptions& options);
void load_weights(Model& model, const std::filesystem::path& file, const LoadWeightsOptions& options);

}  // namespace sumi::training
