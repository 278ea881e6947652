// Follow the regularized leader.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sumi/optimizer.hpp"

namespace sumi {

/// With a' = a + g^2, p = -learning_rate_power and r = learning_rate: z += g + 2 l2_shrinkage w - (a'^p - a^p) w / r,
/// w = (clip(z, -l1, l1) - z) / ((a'^p + beta) / r + 2 l2), a = a'.
struct Ftrl {
  static constexpr const char* class_name = "Ftrl";
  LearningRate learning_rate = 0.001;
  /// Not positive; 0 for one rate all the time.
  double learning_rate_power = -0.5;
  /// Of a; not negative.
  double initial_accumulator_value = 0.1;
  /// None of the three is negative.
  double l1_regularization_strength = 0.0;
  double l2_regularization_strength = 0.0;
  double l2_shrinkage_regularization_strength = 0.0;
  double beta = 0.0;
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

std::vector<OptimizerSlot> slots(const Ftrl& value);
void update(const Ftrl& value, const UpdateRange& range);
void fields(Ftrl& value, Fields& f);
/// Throws ArgumentError for a power above 0, and for negative strengths and initial values.
void validate(const Ftrl& value);

}  // namespace sumi
