// Shape, ops and configuration of GroupNormalization.
#include "sumi/layers/group_normalization.hpp"

#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {
namespace {

// The number of groups, where the layer's may say that each channel is one.
std::int64_t group_count(const GroupNormalization& layer, std::int64_t channels) {
  return layer.groups == -1 ? channels : layer.groups;
}

}  // namespace

Shape output_shape(const GroupNormalization& layer, const Shape& input) {
  const std::int64_t channels = input[layers::feature_axis(layer.axis, input, layers::label(layer))];
  const auto refuse = [&](const std::string& what) {
    throw ShapeError(what + " Received: input shape " + to_string(input) + " of layer '" + layers::label(layer) +
                     "', axis=" + std::to_string(layer.axis) + ".");
  };
  if (channels == None) {
    refuse("Axis " + std::to_string(layer.axis) + " of input tensor should have a defined dimension.");
  }
  const std::int64_t groups = group_count(layer, channels);
  if (channels < groups) {
    refuse("Number of groups (" + std::to_string(groups) + ") cannot be more than the number of channels (" +
           std::to_string(channels) + ").");
  }
  if (groups == 0 || channels % groups != 0) {
    refuse("The number of channels (" + std::to_string(channels) + ") must be a multiple of the number of groups (" +
           std::to_string(groups) + ").");
  }
  return input;
}

void lower(const GroupNormalization& layer, Lowering& ops) {
  const Shape input = ops.shape(ops.input());
  const std::size_t axis = layers::feature_axis(layer.axis, input, layers::label(layer));
  const Shape channels{input[axis]};
  std::optional<Value> gamma, beta;
  if (layer.scale) {
    gamma = ops.weight("gamma", channels,
                       {.initializer = layer.gamma_initializer,
                        .regularizer = layer.gamma_regularizer,
                        .constraint = layer.gamma_constraint});
  }
  if (layer.center) {
    beta = ops.weight("beta", channels,
                      {.initializer = layer.beta_initializer,
                       .regularizer = layer.beta_regularizer,
                       .constraint = layer.beta_constraint});
  }
  const bool last = axis + 1 == input.size();
  std::vector<int> order, back;
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (i != axis) order.push_back(static_cast<int>(i));
    back.push_back(static_cast<int>(i < axis ? i : i == axis ? input.size() - 1 : i - 1));
  }
  order.push_back(static_cast<int>(axis));
  const Value x = last ? ops.input() : ops.transpose(ops.input(), order);
  const auto groups = static_cast<int>(group_count(layer, channels[0]));
  const Value y = ops.group_norm(x, gamma, beta, groups, layer.epsilon);
  ops.output(last ? y : ops.transpose(y, back));
}

void fields(GroupNormalization& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("groups", layer.groups);
  f("axis", layer.axis);
  f("epsilon", layer.epsilon);
  f("center", layer.center);
  f("scale", layer.scale);
  f("beta_initializer", layer.beta_initializer);
  f("gamma_initializer", layer.gamma_initializer);
  f("beta_regularizer", layer.beta_regularizer);
  f("gamma_regularizer", layer.gamma_regularizer);
  f("beta_constraint", layer.beta_constraint);
  f("gamma_constraint", layer.gamma_constraint);
}

void validate(const GroupNormalization& layer) {
  if (layer.groups <= 0 && layer.groups != -1) {
    throw ArgumentError(
        "Received an invalid value for argument `groups`, expected a positive integer (or `-1` for instance "
        "normalization). Received: groups=" +
        std::to_string(layer.groups));
  }
  layers::expect_epsilon(layer.epsilon);
}

}  // namespace sumi
