// Batch normalisation, and batch renormalisation.
#pragma once

#include <optional>
#include <string>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Bounds of batch renormalisation's correction: r within [rmin, rmax], d within [-dmax, dmax]. Absent: no bound.
struct RenormClipping {
  std::optional<double> rmin = {};
  std::optional<double> rmax = {};
  std::optional<double> dmax = {};
};

/// Brings each channel to mean 0 and deviation 1, then to gamma and beta: in training by the batch's moments (which
/// also update the moving ones), otherwise, or when frozen, by the moving ones. Output shape as input, rank 2 or more.
/// Weights, each of the length of axis: gamma, beta, moving_mean, moving_variance, and with renorm moving_stddev,
/// renorm_mean, renorm_stddev.
struct BatchNormalization {
  static constexpr const char* class_name = "BatchNormalization";
  /// The channels: -1 for the last axis, 1 behind layers with "channels_first".
  int axis = -1;
  /// How much of a moving value is kept at each step.
  double momentum = 0.99;
  /// Added to the variance, within the square root.
  double epsilon = 1e-3;
  /// Whether there is a beta.
  bool center = true;
  /// Whether there is a gamma.
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Initializer moving_mean_initializer = "zeros";
  Initializer moving_variance_initializer = "ones";
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  Constraint beta_constraint = {};
  Constraint gamma_constraint = {};
  /// Batch renormalisation: training corrects the batch's moments towards the moving ones.
  bool renorm = false;
  /// Bounds of that correction; none where absent.
  std::optional<RenormClipping> renorm_clipping = {};
  /// How much of renorm_mean and renorm_stddev is kept at each step.
  double renorm_momentum = 0.99;
  /// Moments over several machines; true is refused.
  bool synchronized = false;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const BatchNormalization& layer, const Shape& input);
void lower(const BatchNormalization& layer, Lowering& ops);
void fields(BatchNormalization& layer, Fields& f);
/// Throws ArgumentError for synchronized = true, an epsilon or momentum out of range, or bounds that contradict each
/// other.
void validate(const BatchNormalization& layer);

}  // namespace sumi
