// Adam with Nesterov's momentum.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sumi/optimizer.hpp"

namespace sumi {

/// Adam's m and v, and w -= learning_rate n / (sqrt(v / (1 - beta_2^t)) + epsilon) with
/// n = u(t + 1) m / (1 - p u(t + 1)) + (1 - u(t)) g / (1 - p), u(t) = beta_1 (1 - 0.96^t / 2) and p = u(1) u(2) ...
/// u(t).
struct Nadam {
  static constexpr const char* class_name = "Nadam";
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

std::vector<OptimizerSlot> slots(const Nadam& value);
void advance(const Nadam& value, std::int64_t iteration, std::span<float* const> slots);
void update(const Nadam& value, const UpdateRange& range);
void fields(Nadam& value, Fields& f);
/// Throws ArgumentError for betas outside [0, 1) and a negative epsilon.
void validate(const Nadam& value);

}  // namespace sumi
