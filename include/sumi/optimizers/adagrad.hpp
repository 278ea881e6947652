// Gradients divided by the root of the sum of their squares.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sumi/optimizer.hpp"

namespace sumi {

/// a += g^2, w -= learning_rate g / sqrt(a + epsilon).
struct Adagrad {
  static constexpr const char* class_name = "Adagrad";
  LearningRate learning_rate = 0.001;
  /// Of a.
  double initial_accumulator_value = 0.1;
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

std::vector<OptimizerSlot> slots(const Adagrad& value);
void update(const Adagrad& value, const UpdateRange& range);
void fields(Adagrad& value, Fields& f);
/// Throws ArgumentError for a negative initial_accumulator_value or epsilon.
void validate(const Adagrad& value);

}  // namespace sumi
