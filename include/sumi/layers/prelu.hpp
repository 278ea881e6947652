// The rectifier with trained slopes.
#pragma once

#include <string>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// x where it is above 0, otherwise alpha * x. Output shape as input, rank 2 or more. Weight: alpha, of the shape of
/// one sample, 1 along shared axes.
struct PReLU {
  static constexpr const char* class_name = "PReLU";
  Initializer alpha_initializer = "zeros";
  Regularizer alpha_regularizer = {};
  Constraint alpha_constraint = {};
  /// Axes along which there is one slope, counted with the batch: {1, 2} for one slope a channel of images. Empty:
  /// every element has its own.
  Axes shared_axes = {};
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const PReLU& layer, const Shape& input);
void lower(const PReLU& layer, Lowering& ops);
void fields(PReLU& layer, Fields& f);
/// Throws ArgumentError for shared axes below 1.
void validate(const PReLU& layer);

}  // namespace sumi
