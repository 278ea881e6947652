#include "sumi/callbacks/learning_rate_scheduler.hpp"

#include <cmath>
#include <iostream>
#include <utility>

#include "core/text.hpp"
#include "sumi/error.hpp"
#include "sumi/sequential.hpp"

namespace sumi {

LearningRateScheduler::LearningRateScheduler(Schedule schedule, int verbose)
    : schedule_(std::move(schedule)), verbose_(verbose) {
  if (!schedule_) throw ArgumentError("Expected `schedule` to be a function of epoch and rate. Received an empty one.");
}

LearningRateScheduler::LearningRateScheduler(EpochSchedule schedule, int verbose)
    : LearningRateScheduler(
          schedule ? Schedule([of_epoch = std::move(schedule)](int epoch, double) { return of_epoch(epoch); })
                   : Schedule(),
          verbose) {}

void LearningRateScheduler::on_epoch_begin(int epoch, const Logs& /*logs*/) {
  const double rate = schedule_(epoch, model().learning_rate());
  if (!std::isfinite(rate)) {
    throw ArgumentError("The output of the `schedule` function should be a float. Got: " + repr(rate));
  }
  model().set_learning_rate(rate);
  if (verbose_ == 0) return;
  std::cout << "\nEpoch " << epoch + 1 << ": LearningRateScheduler setting learning rate to " << repr(rate) << "."
            << std::endl;
}

void LearningRateScheduler::on_epoch_end(int /*epoch*/, Logs& logs) {
  logs.set("learning_rate", model().learning_rate());
}

}  // namespace sumi
