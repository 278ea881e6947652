// Steps of one size, by the sign of a momentum.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sumi/optimizer.hpp"

namespace sumi {

/// w -= learning_rate sign(beta_1 m + (1 - beta_1) g), m = beta_2 m + (1 - beta_2) g. Wants a smaller learning rate and
/// a larger weight decay than Adam.
struct Lion {
  static constexpr const char* class_name = "Lion";
  LearningRate learning_rate = 0.001;
  /// In (0, 1].
  double beta_1 = 0.9;
  double beta_2 = 0.99;
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

std::vector<OptimizerSlot> slots(const Lion& value);
void update(const Lion& value, const UpdateRange& range);
void fields(Lion& value, Fields& f);
/// Throws ArgumentError for a beta_1 outside (0, 1] or a beta_2 outside [0, 1).
void validate(const Lion& value);

}  // namespace sumi
