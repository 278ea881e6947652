// Shape, ops and configuration of ReLU.
#include "sumi/layers/relu.hpp"

#include "core/text.hpp"
#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {

Shape output_shape(const ReLU&, const Shape& input) { return input; }

void lower(const ReLU& layer, Lowering& ops) {
  ops.output(ops.activate(
      ops.input(),
      {ActivationKind::relu,
       {.negative_slope = layer.negative_slope, .max_value = layer.max_value, .threshold = layer.threshold}}));
}

void fields(ReLU& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("max_value", layer.max_value);
  f("negative_slope", layer.negative_slope);
  f("threshold", layer.threshold);
}

void validate(const ReLU& layer) {
  const auto expect = [](bool fits, const std::string& name, const char* refused, double value) {
    if (fits) return;
    throw ArgumentError(name + " of a ReLU layer cannot be " + refused + " value. Received: " + name + "=" +
                        repr(value));
  };
  const double max_value = layer.max_value.value_or(0.0);
  expect(max_value >= 0, "max_value", "a negative", max_value);
  expect(layer.negative_slope >= 0, "negative_slope", "None or a negative", layer.negative_slope);
  expect(layer.threshold >= 0, "threshold", "None or a negative", layer.threshold);
}

}  // namespace sumi
