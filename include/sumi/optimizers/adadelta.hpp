// Steps of the size of earlier steps.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sumi/optimizer.hpp"

namespace sumi {

/// a = rho a + (1 - rho) g^2, s = g sqrt(d + epsilon) / sqrt(a + epsilon), d = rho d + (1 - rho) s^2,
/// w -= learning_rate s. The method's authors have a learning rate of 1.
struct Adadelta {
  static constexpr const char* class_name = "Adadelta";
  LearningRate learning_rate = 0.001;
  double rho = 0.95;
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

std::vector<OptimizerSlot> slots(const Adadelta& value);
void update(const Adadelta& value, const UpdateRange& range);
void fields(Adadelta& value, Fields& f);
/// Throws ArgumentError for a rho outside [0, 1) and a negative epsilon.
void validate(const Adadelta& value);

}  // namespace sumi
