// A fully connected layer.
#pragma once

#include <string>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// activation(x kernel + bias) along the last axis. Input (N, ..., C), output (N, ..., units). Weights: kernel (C,
/// units) and bias (units).
struct Dense {
  static constexpr const char* class_name = "Dense";
  /// Number of outputs.
  Required<int> units;
  ActivationFunction activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Penalty on the output, divided by the batch size.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const Dense& layer, const Shape& input);
void lower(const Dense& layer, Lowering& ops);
void fields(Dense& layer, Fields& f);
/// Throws ArgumentError for units that are not positive.
void validate(const Dense& layer);

}  // namespace sumi
