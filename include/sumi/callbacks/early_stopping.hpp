// Ends training when it doesn't get better.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sumi/callbacks/monitor_callback.hpp"
#include "sumi/tensor.hpp"

namespace sumi {

/// Arguments of EarlyStopping.
struct EarlyStoppingOptions {
  std::string monitor = "val_loss";
  /// A smaller improvement is none.
  double min_delta = 0;
  /// Epochs without improvement after which training ends; 0 is as 1.
  int patience = 0;
  int verbose = 0;
  std::string mode = "auto";
  /// Epochs that don't get better than this don't count as improvement.
  std::optional<double> baseline = {};
  /// Whether the weights of the best epoch are the model's at the end, however it came.
  bool restore_best_weights = false;
  /// Earlier epochs (from 0) are not watched.
  int start_from_epoch = 0;
};

/// Ends training when a number of the logs has not improved for some epochs.
class EarlyStopping : public MonitorCallback {
 public:
  /// Throws ArgumentError for a negative patience or start_from_epoch.
  explicit EarlyStopping(EarlyStoppingOptions options = {});

  /// The epoch (from 0) that was the last, 0 where training was not stopped.
  int stopped_epoch() const { return stopped_epoch_; }
  int best_epoch() const { return best_epoch_; }

  void on_train_begin(const Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(const Logs& logs) override;

 private:
  EarlyStoppingOptions options_;
  int wait_ = 0;
  int stopped_epoch_ = 0;
  int best_epoch_ = 0;
  std::optional<std::vector<Tensor>> best_weights_;
};

}  // namespace sumi
