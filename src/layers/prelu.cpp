// Shape, ops and configuration of PReLU.
#include "sumi/layers/prelu.hpp"

#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {

Shape output_shape(const PReLU& layer, const Shape& input) {
  layers::expect_rank(input, layers::Rank::at_least, 2, layers::label(layer));
  for (const int axis : layer.shared_axes.values()) layers::feature_axis(axis, input, layers::label(layer));
  return input;
}

void lower(const PReLU& layer, Lowering& ops) {
  const Shape& input = ops.shape(ops.input());
  Shape of_alpha(input.begin() + 1, input.end());
  for (const int axis : layer.shared_axes.values()) {
    of_alpha[layers::feature_axis(axis, input, layers::label(layer)) - 1] = 1;
  }
  const Value alpha = ops.weight("alpha", of_alpha,
                                 {.initializer = layer.alpha_initializer,
                                  .regularizer = layer.alpha_regularizer,
                                  .constraint = layer.alpha_constraint});
  ops.output(ops.prelu(ops.input(), alpha));
}

void validate(const PReLU& layer) {
  for (const int axis : layer.shared_axes.values()) {
    if (axis > 0) continue;
    throw ArgumentError(
        "Invalid value for argument `shared_axes` of a PReLU layer. Expected axes counted from the batch, which is 0: "
        "positive numbers. Received: shared_axes=" +
        to_string(layers::axis_list(layer.shared_axes)));
  }
}

void fields(PReLU& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("alpha_initializer", layer.alpha_initializer);
  f("alpha_regularizer", layer.alpha_regularizer);
  f("alpha_constraint", layer.alpha_constraint);
  std::optional<std::vector<std::int64_t>> shared;
  if (!layer.shared_axes.values().empty()) shared = layers::axis_list(layer.shared_axes);
  f.numbers("shared_axes", shared);
  layer.shared_axes = layers::axes_of(shared.value_or(std::vector<std::int64_t>{}));
}

}  // namespace sumi
