// Sets the learning rate of every epoch.
#pragma once

#include <functional>

#include "sumi/callbacks/callback.hpp"

namespace sumi {

/// Sets the learning rate that a function gives at the beginning of every epoch, and puts it into the logs as
/// `learning_rate`.
class LearningRateScheduler : public Callback {
 public:
  /// From the epoch (from 0) and the rate so far.
  using Schedule = std::function<double(int epoch, double learning_rate)>;
  /// From the epoch alone.
  using EpochSchedule = std::function<double(int epoch)>;

  /// Throws ArgumentError where there is no function.
  explicit LearningRateScheduler(Schedule schedule, int verbose = 0);
  explicit LearningRateScheduler(EpochSchedule schedule, int verbose = 0);

  /// Throws ArgumentError where the optimizer has a schedule or the rate is no number.
  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;

 private:
  Schedule schedule_;
  int verbose_;
};

}  // namespace sumi
