// Group normalisation.
#pragma once

#include <string>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Divides the channels into groups, and brings each group of each sample to mean 0 and deviation 1, then each channel
/// to gamma and beta. The same in training and inference. Output shape as input, rank 2 or more. Weights, each of the
/// length of axis: gamma, beta.
struct GroupNormalization {
  static constexpr const char* class_name = "GroupNormalization";
  /// How many groups of neighbouring channels there are: a divisor of their number, or -1 for a group of each.
  int groups = 32;
  /// The channels: -1 for the last axis, 1 behind layers with "channels_first".
  int axis = -1;
  /// Added to the variance, within the square root.
  double epsilon = 1e-3;
  /// Whether there is a beta.
  bool center = true;
  /// Whether there is a gamma.
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  Constraint beta_constraint = {};
  Constraint gamma_constraint = {};
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const GroupNormalization& layer, const Shape& input);
void lower(const GroupNormalization& layer, Lowering& ops);
void fields(GroupNormalization& layer, Fields& f);
/// Throws ArgumentError for groups that are neither positive nor -1, and for an epsilon below 0.
void validate(const GroupNormalization& layer);

}  // namespace sumi
