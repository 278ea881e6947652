// Shape, ops and configuration of LeakyReLU.
#include "sumi/layers/leaky_relu.hpp"

#include "core/text.hpp"
#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {

Shape output_shape(const LeakyReLU&, const Shape& input) { return input; }

void lower(const LeakyReLU& layer, Lowering& ops) {
  ops.output(ops.activate(ops.input(), {ActivationKind::leaky_relu, {.negative_slope = layer.negative_slope}}));
}

void fields(LeakyReLU& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("negative_slope", layer.negative_slope);
}

void validate(const LeakyReLU& layer) {
  if (layer.negative_slope >= 0) return;
  throw ArgumentError(
      "The negative_slope value of a Leaky ReLU layer cannot be None or negative value. Expected a float. Received: "
      "negative_slope=" +
      repr(layer.negative_slope));
}

}  // namespace sumi
