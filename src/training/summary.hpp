// The table of a model's layers, as Keras prints it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sumi/sequential.hpp"

namespace sumi::training {

class Model;

/// One layer in a summary.
struct SummaryRow {
  std::string layer;
  std::string class_name;
  /// `?` where not known yet.
  std::string output_shape;
  /// Number of weights' elements; absent before the layer is built.
  std::optional<std::int64_t> params;
  bool trainable = true;
};

/// What a summary tells.
struct SummaryInput {
  std::string model;
  std::vector<SummaryRow> rows;
  std::int64_t trainable_params = 0;
  std::int64_t non_trainable_params = 0;
  /// Elements of the optimizer's variables; absent before it has any.
  std::optional<std::int64_t> optimizer_params = {};
};

/// Lines that end with a line break. Throws ArgumentError where the lines are too short for a table.
std::string summary_text(const SummaryInput& input, const SummaryOptions& options, int console_columns);

/// The same of a model, for standard output's console.
std::string summary_text(const Model& model, const SummaryOptions& options);

}  // namespace sumi::training
