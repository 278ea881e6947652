#include "sumi/callbacks/model_checkpoint.hpp"

#include <filesystem>
#include <iostream>

#include "sumi/error.hpp"
#include "sumi/sequential.hpp"
#include "training/callbacks/file_template.hpp"
#include "training/console.hpp"

namespace sumi {

ModelCheckpoint::ModelCheckpoint(ModelCheckpointOptions options)
    : MonitorCallback("ModelCheckpoint", options.monitor, options.mode, 0, options.initial_value_threshold),
      options_(std::move(options)) {
  if (options_.save_weights_only && !options_.filepath.ends_with(".weights.h5")) {
    throw ArgumentError(
        "When using `save_weights_only=True` in `ModelCheckpoint`, the filepath provided must end in `.weights.h5` "
        "(Keras weights format). Received: filepath=" +
        options_.filepath);
  }
  if (!options_.save_weights_only && !options_.filepath.ends_with(".keras")) {
    throw ArgumentError("The filepath provided must end in `.keras` (Keras model format). Received: filepath=" +
                        options_.filepath);
  }
}

void ModelCheckpoint::on_epoch_begin(int epoch, const Logs& /*logs*/) { epoch_ = epoch; }

void ModelCheckpoint::on_train_batch_end(std::int64_t batch, const Logs& logs) {
  if (options_.save_freq.is_due(batch)) save(batch, logs);
}

void ModelCheckpoint::on_epoch_end(int /*epoch*/, Logs& logs) {
  if (options_.save_freq.is_epoch()) save({}, logs);
}

void ModelCheckpoint::save(std::optional<std::int64_t> batch, const Logs& logs) {
  std::vector<training::TemplateValue> values = {{"epoch", std::int64_t{epoch_} + 1}};
  if (batch) values.emplace_back("batch", *batch + 1);
  for (const auto& [name, value] : logs) values.emplace_back(name, value);
  const std::string path = training::fill_template(options_.filepath, values);
  if (!should_save(logs, path)) return;
  if (std::filesystem::is_directory(path)) {
    throw FileError(
        "Please specify a non-directory filepath for ModelCheckpoint. Filepath used is an existing directory: " + path);
  }
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) throw FileError("The folder '" + folder.string() + "' can't be made: " + error.message() + ".");
  if (options_.save_weights_only) {
    model().save_weights(path);
  } else {
    model().save(path);
  }
  if (options_.verbose > 0) {
    std::cout << "\nEpoch " << epoch_ + 1 << ": finished saving model to " << path << std::endl;
  }
}

bool ModelCheckpoint::should_save(const Logs& logs, const std::string& path) {
  const std::string epoch = "\nEpoch " + std::to_string(epoch_ + 1) + ": ";
  std::string news = "saving model to " + path;
  bool saves = true;
  if (options_.save_best_only) {
    const std::optional<double> current =
        monitored(logs, "Can save best model only with " + monitor() + " available. Available metrics are: ");
    if (!current) return true;
    const std::string before = best() ? training::fixed(*best(), 5) : "None";
    saves = is_improvement(*current, best());
    news = saves ? monitor() + " improved from " + before + " to " + training::fixed(*current, 5) + ", " + news
                 : monitor() + " did not improve from " + before;
    if (saves) set_best(current);
  }
  if (options_.verbose > 0) std::cout << epoch << news << std::endl;
  return saves;
}

}  // namespace sumi
