// Adam.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sumi/optimizer.hpp"

namespace sumi {

/// m += (g - m)(1 - beta_1), v += (g^2 - v)(1 - beta_2), w -= a m / (sqrt(v) + epsilon) with
/// a = learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t). amsgrad: the largest v so far in place of v.
struct Adam {
  static constexpr const char* class_name = "Adam";
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  /// Added to the root of v without bias correction ("epsilon hat").
  double epsilon = 1e-7;
  bool amsgrad = false;
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

std::vector<OptimizerSlot> slots(const Adam& value);
void update(const Adam& value, const UpdateRange& range);
void fields(Adam& value, Fields& f);
/// Throws ArgumentError for betas outside [0, 1) and a negative epsilon.
void validate(const Adam& value);

}  // namespace sumi
