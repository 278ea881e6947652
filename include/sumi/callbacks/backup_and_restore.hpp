// Goes on with a training that was broken off.
#pragma once

#include <cstdint>
#include <filesystem>

#include "sumi/callbacks/callback.hpp"
#include "sumi/callbacks/save_frequency.hpp"

namespace sumi {

/// Arguments of BackupAndRestore.
struct BackupAndRestoreOptions {
  std::filesystem::path backup_dir;
  SaveFrequency save_freq = "epoch";
  /// Whether the folder is removed at the end of training.
  bool delete_checkpoint = true;
};

/// Keeps the state of training in a folder; the same fit, run again after it was broken off, goes on from there and
/// ends with the same bits. The folder holds `latest.weights.h5` and `training_metadata.json`, as Keras's does, and
/// whatever moment it was left at, they fit together.
class BackupAndRestore : public Callback {
 public:
  /// Throws ArgumentError for an empty folder name.
  explicit BackupAndRestore(BackupAndRestoreOptions options);

  /// Throws FileError where the backup can't be read or doesn't fit the model.
  void on_train_begin(const Logs& logs) override;
  void on_train_batch_end(std::int64_t batch, const Logs& logs) override;
  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(const Logs& logs) override;

 private:
  /// Where a saved state stands in the training.
  struct Position {
    int epoch = 0;
    std::int64_t batch = 0;
    /// Of the optimizer: by it the weights' file is recognised.
    std::int64_t step = 0;
  };
  void save(Position now);
  std::filesystem::path weights() const { return options_.backup_dir / "latest.weights.h5"; }
  std::filesystem::path metadata() const { return options_.backup_dir / "training_metadata.json"; }

  BackupAndRestoreOptions options_;
  int epoch_ = 0;
  Position last_;
};

}  // namespace sumi
