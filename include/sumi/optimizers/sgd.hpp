// Gradient descent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sumi/optimizer.hpp"

namespace sumi {

/// w -= learning_rate g. momentum > 0: m = momentum m - learning_rate g, w += m, or, where nesterov,
/// w += momentum m - learning_rate g.
struct SGD {
  static constexpr const char* class_name = "SGD";
  LearningRate learning_rate = 0.01;
  /// In [0, 1].
  double momentum = 0.0;
  bool nesterov = false;
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

std::vector<OptimizerSlot> slots(const SGD& value);
void update(const SGD& value, const UpdateRange& range);
void fields(SGD& value, Fields& f);
/// Throws ArgumentError for a momentum outside [0, 1].
void validate(const SGD& value);

}  // namespace sumi
