#include "sumi/callbacks/swap_ema_weights.hpp"

#include <utility>

#include "training/model.hpp"

namespace sumi {

void SwapEMAWeights::show_averages(bool wanted) {
  if (std::exchange(averages_in_model_, wanted) == wanted) return;
  training::Model& trained = training::model_of(model());
  trained.optimizer().swap_averages(trained.parameter_arena());
}

void SwapEMAWeights::on_epoch_begin(int /*epoch*/, const Logs& /*logs*/) {
  if (swap_on_epoch_) show_averages(false);
}

void SwapEMAWeights::on_epoch_end(int epoch, Logs& /*logs*/) {
  if (!swap_on_epoch_) return;
  show_averages(true);
  // At the end of fit the averages become the weights: after the last epoch they must be what the weights are now.
  training::Model& trained = training::model_of(model());
  if (epoch + 1 == params().epochs || trained.stop_training)
    trained.optimizer().set_averages(trained.parameter_arena());
}

void SwapEMAWeights::on_test_begin(const Logs& /*logs*/) { show_averages(true); }

void SwapEMAWeights::on_test_end(const Logs& /*logs*/) { show_averages(false); }

void SwapEMAWeights::on_predict_begin(const Logs& /*logs*/) { show_averages(true); }

void SwapEMAWeights::on_predict_end(const Logs& /*logs*/) { show_averages(false); }

}  // namespace sumi
