// Models from files and texts, and what is in a file. Forms: Keras 3, keras/src/saving.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/losses.hpp"
#include "sumi/metrics.hpp"
#include "sumi/optimizers.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/schedules.hpp"
#include "sumi/sequential.hpp"

namespace sumi {

/// A class of the user's own, as any object of it; a file's configuration sets its fields.
using CustomObject = std::variant<Layer, Initializer, Regularizer, Constraint, Loss, Metric, Optimizer, Schedule>;

/// By class name or registered name: `{{"my_package>Scale", Scale{}}}`.
using CustomObjects = std::map<std::string, CustomObject, std::less<>>;

/// Arguments of load_model.
struct LoadModelOptions {
  /// Looked at before the registered classes (register_layer and so on).
  CustomObjects custom_objects = {};
  /// Whether the model is compiled as it was when it was saved, optimizer state and all.
  bool compile = true;
};

/// A model from a `.keras` file, or from an `.h5` file of older Kerases. Files that sumi wrote are tried: the model
/// must make of a stored input what it made when it was saved. Throws FileError for what can't be read, is damaged, or
/// holds a class that is not known.
Sequential load_model(const std::filesystem::path& file, const LoadModelOptions& options = {});

/// A model with new weights from the text that to_json() returned; compiled where the text says how. Throws
/// ArgumentError for what is no such text.
Sequential model_from_json(std::string_view json, const CustomObjects& custom_objects = {});

/// What one array of a file holds.
struct ArrayReport {
  /// Its place in the file: `/layers/conv2d/vars/0`.
  std::string path;
  Shape shape = {};
  bool is_integer = false;
  /// Of the finite values; 0 where there are none.
  double minimum = 0;
  double maximum = 0;
  double mean = 0;
  std::int64_t not_a_number = 0;
};

/// What is in a file, as far as people want to know.
struct FileReport {
  /// Names and values in order: form, version, model, optimizer ...
  std::vector<std::pair<std::string, std::string>> facts = {};
  /// `Conv2D conv2d`: class and name.
  std::vector<std::string> layers = {};
  std::vector<ArrayReport> arrays = {};
  /// The JSON object that sumi kept in the file (SaveOptions::notes); empty where there is none.
  std::string notes = {};
};

/// Looks into a `.keras`, `.weights.h5`, `.h5` or `.json` file without making a model. Throws FileError for what can't
/// be read.
FileReport inspect_file(const std::filesystem::path& file);

/// A model of the same layers with new weights, not compiled.
Sequential clone_model(const Sequential& model);

}  // namespace sumi
