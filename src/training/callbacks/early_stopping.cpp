#include "sumi/callbacks/early_stopping.hpp"

#include <iostream>

#include "sumi/error.hpp"
#include "sumi/sequential.hpp"
#include "training/run_options.hpp"

namespace sumi {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : MonitorCallback("EarlyStopping", options.monitor, options.mode, options.min_delta), options_(std::move(options)) {
  training::require_at_least(0, options_.patience, "patience");
  training::require_at_least(0, options_.start_from_epoch, "start_from_epoch");
}

void EarlyStopping::on_train_begin(const Logs& /*logs*/) {
  wait_ = stopped_epoch_ = best_epoch_ = 0;
  set_best({});
  best_weights_.reset();
}

void EarlyStopping::on_epoch_end(int epoch, Logs& logs) {
  const std::optional<double> current = monitored(
      logs, "Early stopping conditioned on metric `" + monitor() + "` which is not available. Available metrics are: ");
  if (!current || epoch < options_.start_from_epoch) return;
  const auto remember = [&] {
    best_epoch_ = epoch;
    if (options_.restore_best_weights) best_weights_ = model().get_weights();
  };
  if (options_.restore_best_weights && !best_weights_) remember();  // the best until there are better ones
  ++wait_;
  if (is_improvement(*current, best())) {
    set_best(current);
    remember();
    if (!options_.baseline || is_improvement(*current, options_.baseline)) wait_ = 0;
    return;
  }
  if (wait_ < options_.patience || epoch == 0) return;
  stopped_epoch_ = epoch;
  model().stop_training();
}

void EarlyStopping::on_train_end(const Logs& /*logs*/) {
  if (stopped_epoch_ > 0 && options_.verbose > 0) {
    std::cout << "Epoch " << stopped_epoch_ + 1 << ": early stopping" << std::endl;
  }
  if (!best_weights_) return;
  if (options_.verbose > 0) {
    std::cout << "Restoring model weights from the end of the best epoch: " << best_epoch_ + 1 << "." << std::endl;
  }
  model().set_weights(*best_weights_);
}

}  // namespace sumi
