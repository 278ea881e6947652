// Tests and predicts with the optimizer's moving averages.
#pragma once

#include "sumi/callbacks/callback.hpp"

namespace sumi {

/// Puts the optimizer's moving averages into the model while it is tested or predicts, and the weights back afterwards.
/// The optimizer must have `use_ema`; other optimizers throw ArgumentError.
class SwapEMAWeights : public Callback {
 public:
  /// With `swap_on_epoch`, the averages are also in the model for the hooks of callbacks after this one at the end of
  /// an epoch: what they save are averages.
  explicit SwapEMAWeights(bool swap_on_epoch = false) : swap_on_epoch_(swap_on_epoch) {}

  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_test_begin(const Logs& logs) override;
  void on_test_end(const Logs& logs) override;
  void on_predict_begin(const Logs& logs) override;
  void on_predict_end(const Logs& logs) override;

 private:
  void show_averages(bool wanted);

  bool swap_on_epoch_;
  bool averages_in_model_ = false;
};

}  // namespace sumi
