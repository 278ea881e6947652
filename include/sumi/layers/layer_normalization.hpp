// Layer normalisation.
#pragma once

#include <string>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Brings the numbers along some axes of each sample to mean 0 and deviation 1, then each to its own gamma and beta.
/// The same in training and inference. Output shape as input, rank 2 or more. Weights: gamma and beta, of the axes'
/// lengths.
struct LayerNormalization {
  static constexpr const char* class_name = "LayerNormalization";
  /// The axis, or several axes, over which moments are taken; not the batch.
  Axes axis = -1;
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

Shape output_shape(const LayerNormalization& layer, const Shape& input);
void lower(const LayerNormalization& layer, Lowering& ops);
void fields(LayerNormalization& layer, Fields& f);
/// Throws ArgumentError without any axis, for one that stands twice, and for an epsilon below 0.
void validate(const LayerNormalization& layer);

}  // namespace sumi
