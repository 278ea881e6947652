// Shape, ops and configuration of BatchNormalization.
#include "sumi/layers/batch_normalization.hpp"

#include <cmath>

#include "core/text.hpp"
#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {
namespace {

/// Starts a standard deviation where an initializer would start the variance.
struct SquareRoot {
  static constexpr const char* class_name = "SquareRoot";
  Initializer of;
};
void fields(SquareRoot& value, Fields& f) { f("of", value.of); }
void initialize(const SquareRoot& value, const Shape& shape, std::uint64_t seed, std::span<float> values) {
  value.of->fill(shape, seed, values);
  for (float& v : values) v = std::sqrt(v);
}

}  // namespace

Shape output_shape(const BatchNormalization& layer, const Shape& input) {
  layers::feature_axis(layer.axis, input, layers::label(layer));
  return input;
}

void lower(const BatchNormalization& layer, Lowering& ops) {
  const std::size_t axis = layers::feature_axis(layer.axis, ops.shape(ops.input()), layers::label(layer));
  const Shape channels{ops.shape(ops.input())[axis]};
  const auto state = [&](const char* name, const Initializer& initializer) {
    return ops.weight(name, channels, {.initializer = initializer, .trainable = false});
  };
  BatchNormArguments arguments{.axis = static_cast<int>(axis), .momentum = layer.momentum, .epsilon = layer.epsilon};
  if (layer.scale) {
    arguments.gamma = ops.weight("gamma", channels,
                                 {.initializer = layer.gamma_initializer,
                                  .regularizer = layer.gamma_regularizer,
                                  .constraint = layer.gamma_constraint});
  }
  if (layer.center) {
    arguments.beta = ops.weight("beta", channels,
                                {.initializer = layer.beta_initializer,
                                 .regularizer = layer.beta_regularizer,
                                 .constraint = layer.beta_constraint});
  }
  arguments.moving_mean = state("moving_mean", layer.moving_mean_initializer);
  arguments.moving_variance = state("moving_variance", layer.moving_variance_initializer);
  if (layer.renorm) {
    const Initializer& variance = layer.moving_variance_initializer;
    const Initializer stddev = SquareRoot{variance ? variance : Initializer("glorot_uniform")};
    arguments.moving_stddev = state("moving_stddev", stddev);
    arguments.renorm_mean = state("renorm_mean", layer.moving_mean_initializer);
    arguments.renorm_stddev = state("renorm_stddev", stddev);
    arguments.renorm_momentum = layer.renorm_momentum;
    const RenormClipping clipping = layer.renorm_clipping.value_or(RenormClipping{});
    arguments.renorm_rmin = clipping.rmin;
    arguments.renorm_rmax = clipping.rmax;
    arguments.renorm_dmax = clipping.dmax;
  }
  ops.output(ops.batch_norm(ops.input(), arguments));
}

/// Keras's dictionary of the bounds that are there; an empty one where batch renormalisation has none.
static void clipping_field(bool renorm, std::optional<RenormClipping>& clipping, Fields& f) {
  std::optional<NamedNumbers> numbers;
  if (renorm) numbers.emplace();
  if (clipping) {
    numbers.emplace();
    if (clipping->rmax) numbers->emplace_back("rmax", *clipping->rmax);
    if (clipping->rmin) numbers->emplace_back("rmin", *clipping->rmin);
    if (clipping->dmax) numbers->emplace_back("dmax", *clipping->dmax);
  }
  f("renorm_clipping", numbers);
  clipping.reset();
  if (!numbers) return;
  clipping.emplace();
  for (const auto& [key, number] : *numbers) {
    if (key != "rmax" && key != "rmin" && key != "dmax") {
      throw ArgumentError("Invalid key in `renorm_clipping`. Expected keys among 'rmax', 'rmin', 'dmax'. Received: " +
                          repr(key));
    }
    (key == "rmax" ? clipping->rmax : key == "rmin" ? clipping->rmin : clipping->dmax) = number;
  }
}

void fields(BatchNormalization& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("axis", layer.axis);
  f("momentum", layer.momentum);
  f("epsilon", layer.epsilon);
  f("center", layer.center);
  f("scale", layer.scale);
  f("beta_initializer", layer.beta_initializer);
  f("gamma_initializer", layer.gamma_initializer);
  f("moving_mean_initializer", layer.moving_mean_initializer);
  f("moving_variance_initializer", layer.moving_variance_initializer);
  f("beta_regularizer", layer.beta_regularizer);
  f("gamma_regularizer", layer.gamma_regularizer);
  f("beta_constraint", layer.beta_constraint);
  f("gamma_constraint", layer.gamma_constraint);
  f("synchronized", layer.synchronized);
  f("renorm", layer.renorm);
  clipping_field(layer.renorm, layer.renorm_clipping, f);
  f("renorm_momentum", layer.renorm_momentum);
}

void validate(const BatchNormalization& layer) {
  if (layer.synchronized) {
    throw ArgumentError(
        "Argument synchronized=True is only supported with the TensorFlow backend; sumi trains in one "
        "process. Received: synchronized=True.");
  }
  const auto momentum = [](const char* name, double value) {
    if (value >= 0 && value <= 1) return;
    throw ArgumentError(std::string("Invalid value for argument `") + name +
                        "`. Expected a float between 0 and 1. Received: " + name + "=" + repr(value));
  };
  momentum("momentum", layer.momentum);
  momentum("renorm_momentum", layer.renorm_momentum);
  layers::expect_epsilon(layer.epsilon);
  if (!layer.renorm_clipping) return;
  const auto& [rmin, rmax, dmax] = *layer.renorm_clipping;
  if (rmin && rmax && *rmax < *rmin) {
    throw ArgumentError("Invalid `renorm_clipping`: rmax should be greater than rmin. Received: rmax=" + repr(*rmax) +
                        ", rmin=" + repr(*rmin));
  }
  if (dmax && *dmax < 0) {
    throw ArgumentError("Invalid `renorm_clipping`: dmax should be non-negative. Received: dmax=" + repr(*dmax));
  }
}

}  // namespace sumi
