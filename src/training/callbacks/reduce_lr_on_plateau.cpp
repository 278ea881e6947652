#include "sumi/callbacks/reduce_lr_on_plateau.hpp"

#include <algorithm>
#include <iostream>

#include "core/text.hpp"
#include "sumi/error.hpp"
#include "sumi/sequential.hpp"
#include "training/run_options.hpp"

namespace sumi {

ReduceLROnPlateau::ReduceLROnPlateau(ReduceLROnPlateauOptions options)
    : MonitorCallback("ReduceLROnPlateau", options.monitor, options.mode, options.min_delta),
      options_(std::move(options)) {
  if (options_.factor >= 1.0) {
    throw ArgumentError("ReduceLROnPlateau does not support a factor >= 1.0. Received factor=" + repr(options_.factor));
  }
  if (!(options_.factor >= 0.0)) {
    throw ArgumentError(
        "Expected `factor` to be from 0 up to, but not including, 1. Received factor=" + repr(options_.factor) + ".");
  }
  training::require_at_least(0, options_.patience, "patience");
  training::require_at_least(0, options_.cooldown, "cooldown");
  if (!(options_.min_lr >= 0.0)) {
    throw ArgumentError("Expected `min_lr` to be at least 0. Received min_lr=" + repr(options_.min_lr) + ".");
  }
}

void ReduceLROnPlateau::on_train_begin(const Logs& /*logs*/) {
  set_best({});
  wait_ = cooldown_left_ = 0;
}

void ReduceLROnPlateau::on_epoch_end(int epoch, Logs& logs) {
  logs.set("learning_rate", model().learning_rate());
  const std::optional<double> current =
      monitored(logs, "Learning rate reduction is conditioned on metric `" + monitor() +
                          "` which is not available. Available metrics are: ");
  if (!current) return;
  if (cooldown_left_ > 0) {
    --cooldown_left_;
    wait_ = 0;
  }
  if (is_improvement(*current, best())) {
    set_best(current);
    wait_ = 0;
  } else if (cooldown_left_ == 0 && ++wait_ >= options_.patience) {
    reduce(epoch);
  }
}

void ReduceLROnPlateau::reduce(int epoch) {
  const double before = model().learning_rate();
  if (before <= static_cast<double>(static_cast<float>(options_.min_lr))) return;
  const double after = std::max(before * options_.factor, options_.min_lr);
  model().set_learning_rate(after);
  if (options_.verbose > 0) {
    std::cout << "\nEpoch " << epoch + 1 << ": ReduceLROnPlateau reducing learning rate to " << repr(after) << "."
              << std::endl;
  }
  cooldown_left_ = options_.cooldown;
  wait_ = 0;
}

}  // namespace sumi
