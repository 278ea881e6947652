// Gradients divided by the root of their mean square.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sumi/optimizer.hpp"

namespace sumi {

/// v = rho v + (1 - rho) g^2, i = learning_rate g / sqrt(v + epsilon), w -= i. momentum > 0: b = momentum b + i,
/// w -= b. centered: v less the square of the gradient's moving average under the root.
struct RMSprop {
  static constexpr const char* class_name = "RMSprop";
  LearningRate learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0.0;
  double epsilon = 1e-7;
  bool centered = false;
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

std::vector<OptimizerSlot> slots(const RMSprop& value);
void update(const RMSprop& value, const UpdateRange& range);
void fields(RMSprop& value, Fields& f);
/// Throws ArgumentError for a rho outside [0, 1), a negative momentum and a negative epsilon.
void validate(const RMSprop& value);

}  // namespace sumi
