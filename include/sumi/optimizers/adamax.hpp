// Adam with the largest gradient in place of the root of v.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sumi/optimizer.hpp"

namespace sumi {

/// m += (g - m)(1 - beta_1), u = max(beta_2 u, |g|), w -= learning_rate m / ((1 - beta_1^t)(u + epsilon)).
struct Adamax {
  static constexpr const char* class_name = "Adamax";
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  /// The arguments of every optimizer: see OptimizerArguments.
  std::optional<double> weight_decay = {};
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

std::vector<OptimizerSlot> slots(const Adamax& value);
void update(const Adamax& value, const UpdateRange& range);
void fields(Adamax& value, Fields& f);
/// Throws ArgumentError for betas outside [0, 1) and a negative epsilon.
void validate(const Adamax& value);

}  // namespace sumi
