// Shape, ops and configuration of RandomErasing.
#include "sumi/layers/random_erasing.hpp"

#include <algorithm>

#include "layers/augmentation.hpp"
#include "sumi/error.hpp"

namespace sumi {

Shape output_shape(const RandomErasing&, const Shape& input) {
  layers::expect_images(input);
  return input;
}

void lower(const RandomErasing& layer, Lowering& ops) {
  RandomEraseArguments erased;
  erased.probability = layers::bounds_of(layer.factor, 0);
  erased.scale = layers::bounds_of(layer.scale, 0);
  erased.value_range = {layer.value_range.values()[0], layer.value_range.values()[1]};
  for (const double value : layer.fill_value.values()) {
    erased.fill.push_back(std::min(std::max(value, erased.value_range.lower), erased.value_range.upper));
  }
  layers::lower_change(ops, layer.data_format, [&](Value x) { return ops.random_erase(x, erased, layer.seed); });
}

void fields(RandomErasing& layer, Fields& f) {
  layers::image_fields(layer, f);
  layers::bounds_field(f, "factor", layer.factor, 0);
  layers::bounds_field(f, "scale", layer.scale, 0);
  f("fill_value", layer.fill_value);
  f("value_range", layer.value_range);
  f("seed", layer.seed);
}

void validate(const RandomErasing& layer) {
  const std::string rule = "argument should be a number (or a list of two numbers) in the range [0, 1].";
  layers::expect_factor("The `factor` " + rule, "factor", layer.factor, 0, 1);
  layers::expect_factor("The `scale` " + rule, "scale", layer.scale, 0, 1);
  const std::vector<double>&fill = layer.fill_value.values(), &range = layer.value_range.values();
  if (fill.size() == 2 || fill.size() > 3) {
    throw ArgumentError("The `fill_value` argument should be a number (or a list of three numbers). Received: " +
                        std::to_string(fill.size()) + " numbers");
  }
  if (range.size() != 2 || !(range[0] <= range[1])) {
    throw ArgumentError(
        "The `value_range` argument should be a list of two numbers, the lower one first. Received: value_range=" +
        layers::tuple_text(range));
  }
}

}  // namespace sumi
