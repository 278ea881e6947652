// Adam with weight decay.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sumi/optimizer.hpp"

namespace sumi {

/// Adam with weight decay from the beginning.
struct AdamW {
  static constexpr const char* class_name = "AdamW";
  LearningRate learning_rate = 0.001;
  /// Before each update weights become w - w * weight_decay * learning rate. None is refused.
  std::optional<double> weight_decay = 0.004;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  /// Added to the root of v without bias correction ("epsilon hat").
  double epsilon = 1e-7;
  bool amsgrad = false;
  /// The arguments of every optimizer: see OptimizerArguments.
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = {};
};

std::vector<OptimizerSlot> slots(const AdamW& value);
void update(const AdamW& value, const UpdateRange& range);
void fields(AdamW& value, Fields& f);
/// Throws ArgumentError where there is no weight decay, for betas outside [0, 1) and a negative epsilon.
void validate(const AdamW& value);

}  // namespace sumi
