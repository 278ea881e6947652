// Shape, ops and configuration of LayerNormalization.
#include "sumi/layers/layer_normalization.hpp"

#include <algorithm>
#include <set>

#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {
namespace {

// The axes counted from the front, in order.
std::vector<int> normalized_axes(const LayerNormalization& layer, const Shape& input) {
  std::set<int> axes;
  for (const int axis : layer.axis.values()) {
    const std::size_t at = layers::feature_axis(axis, input, layers::label(layer));
    if (!axes.insert(static_cast<int>(at)).second) {
      throw ShapeError("The axes of layer '" + layers::label(layer) + "' must be different dimensions of its input. " +
                       "Received: axis=" + std::to_string(axis) + " a second time, for an input of shape " +
                       to_string(input));
    }
  }
  return {axes.begin(), axes.end()};
}

}  // namespace

Shape output_shape(const LayerNormalization& layer, const Shape& input) {
  normalized_axes(layer, input);
  return input;
}

void lower(const LayerNormalization& layer, Lowering& ops) {
  const Shape input = ops.shape(ops.input());
  const std::vector<int> axes = normalized_axes(layer, input);
  // Keras orders a weight's dimensions by the axes as they were given, but its numbers by where the axes stand.
  Shape of_weight;
  for (const std::int64_t axis : layers::axis_list(layer.axis)) {
    of_weight.push_back(input[layers::feature_axis(static_cast<int>(axis), input, layers::label(layer))]);
  }
  std::optional<Value> gamma, beta;
  if (layer.scale) {
    gamma = ops.weight("gamma", of_weight,
                       {.initializer = layer.gamma_initializer,
                        .regularizer = layer.gamma_regularizer,
                        .constraint = layer.gamma_constraint});
  }
  if (layer.center) {
    beta = ops.weight("beta", of_weight,
                      {.initializer = layer.beta_initializer,
                       .regularizer = layer.beta_regularizer,
                       .constraint = layer.beta_constraint});
  }
  // The axes come last and become one, all others become one in front of it.
  const auto rank = static_cast<int>(input.size());
  const bool last = axes.front() == rank - static_cast<int>(axes.size());
  std::vector<int> order, back(input.size());
  for (int axis = 0; axis < rank; ++axis) {
    if (!std::binary_search(axes.begin(), axes.end(), axis)) order.push_back(axis);
  }
  order.insert(order.end(), axes.begin(), axes.end());
  for (std::size_t i = 0; i < order.size(); ++i) back[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
  const Value x = last ? ops.input() : ops.transpose(ops.input(), order);
  const Shape ordered = ops.shape(x);
  const std::int64_t size = element_count(of_weight);
  const auto flat = [&](std::optional<Value> weight) -> std::optional<Value> {
    if (!weight) return weight;
    return ops.reshape(*weight, {size});
  };
  const Value y = ops.reshape(
      ops.group_norm(ops.reshape(x, {element_count(input) / size, size}), flat(gamma), flat(beta), 1, layer.epsilon),
      ordered);
  ops.output(last ? y : ops.transpose(y, back));
}

void fields(LayerNormalization& layer, Fields& f) {
  layers::base_fields(layer, f);
  std::vector<std::int64_t> axes = layers::axis_list(layer.axis);
  f.numbers("axis", axes);
  layer.axis = layers::axes_of(axes);
  f("epsilon", layer.epsilon);
  f("center", layer.center);
  f("scale", layer.scale);
  f.fixed("rms_scaling", false);
  f("beta_initializer", layer.beta_initializer);
  f("gamma_initializer", layer.gamma_initializer);
  f("beta_regularizer", layer.beta_regularizer);
  f("gamma_regularizer", layer.gamma_regularizer);
  f("beta_constraint", layer.beta_constraint);
  f("gamma_constraint", layer.gamma_constraint);
}

void validate(const LayerNormalization& layer) {
  const std::vector<int>& axes = layer.axis.values();
  if (axes.empty() || std::set<int>(axes.begin(), axes.end()).size() != axes.size()) {
    throw ArgumentError(
        "Invalid value for argument `axis` of a LayerNormalization layer. Expected one axis, or several different "
        "ones. Received: axis=" +
        to_string(layers::axis_list(layer.axis)));
  }
  layers::expect_epsilon(layer.epsilon);
}

}  // namespace sumi
