// Lowers the learning rate where training doesn't get better.
#pragma once

#include <string>

#include "sumi/callbacks/monitor_callback.hpp"

namespace sumi {

/// Arguments of ReduceLROnPlateau.
struct ReduceLROnPlateauOptions {
  std::string monitor = "val_loss";
  /// New rate = rate * factor; below 1.
  double factor = 0.1;
  /// Epochs without improvement after which the rate is lowered.
  int patience = 10;
  int verbose = 0;
  std::string mode = "auto";
  /// A smaller improvement is none.
  double min_delta = 1e-4;
  /// Epochs after a reduction that are not counted.
  int cooldown = 0;
  double min_lr = 0.0;
};

/// Lowers the learning rate when a number of the logs has not improved for some epochs. Puts `learning_rate` into the
/// logs: the epoch's, from before the reduction.
class ReduceLROnPlateau : public MonitorCallback {
 public:
  /// Throws ArgumentError for a factor of 1 or more, and for what is below 0.
  explicit ReduceLROnPlateau(ReduceLROnPlateauOptions options = {});

  void on_train_begin(const Logs& logs) override;
  /// Throws ArgumentError where the rate is to be lowered and the optimizer has a schedule.
  void on_epoch_end(int epoch, Logs& logs) override;

 private:
  void reduce(int epoch);

  ReduceLROnPlateauOptions options_;
  int wait_ = 0;
  int cooldown_left_ = 0;
};

}  // namespace sumi
