// Saves the model while it is trained.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sumi/callbacks/monitor_callback.hpp"
#include "sumi/callbacks/save_frequency.hpp"

namespace sumi {

/// Arguments of ModelCheckpoint.
struct ModelCheckpointOptions {
  /// `w.{epoch:02d}-{val_loss:.2f}.keras`: as Python's str.format with the logs' names, `epoch` (from 1), and `batch`
  /// (from 1) where save_freq counts batches; formats `d`, `f` and `e`. Ends in `.keras`, or in `.weights.h5` where
  /// only weights are saved. Folders are made.
  std::string filepath;
  std::string monitor = "val_loss";
  int verbose = 0;
  /// Saves only where `monitor` has improved.
  bool save_best_only = false;
  bool save_weights_only = false;
  std::string mode = "auto";
  SaveFrequency save_freq = "epoch";
  /// The best value so far, to go on from.
  std::optional<double> initial_value_threshold = {};
};

/// Saves model or weights after every epoch, or every so many batches. The file is whole or not there.
class ModelCheckpoint : public MonitorCallback {
 public:
  /// Throws ArgumentError where the file's name has another ending.
  explicit ModelCheckpoint(ModelCheckpointOptions options);

  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_train_batch_end(std::int64_t batch, const Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;

 private:
  void save(std::optional<std::int64_t> batch, const Logs& logs);
  bool should_save(const Logs& logs, const std::string& path);

  ModelCheckpointOptions options_;
  int epoch_ = 0;
};

}  // namespace sumi
