// Shape, ops and configuration of RandomRotation.
#include "sumi/layers/random_rotation.hpp"

#include "layers/augmentation.hpp"

namespace sumi {

Shape output_shape(const RandomRotation&, const Shape& input) {
  layers::expect_images(input);
  return input;
}

void lower(const RandomRotation& layer, Lowering& ops) {
  RandomAffineArguments map = layers::filling(layer.fill_mode, layer.interpolation, layer.fill_value);
  map.turn = layers::bounds_of(layer.factor, -1);
  layers::lower_change(ops, layer.data_format, [&](Value x) { return ops.random_affine(x, map, layer.seed); });
}

void fields(RandomRotation& layer, Fields& f) {
  layers::image_fields(layer, f);
  layers::bounds_field(f, "factor", layer.factor, -1);
  f("fill_mode", layer.fill_mode);
  f("fill_value", layer.fill_value);
  f("interpolation", layer.interpolation);
  f("seed", layer.seed);
}

void validate(const RandomRotation& layer) {
  layers::expect_factor("The `factor` argument should be a number (or a list of two numbers) in the range [-1, 1].",
                        "factor", layer.factor, -1, 1);
  layers::validate_filling(layer);
}

}  // namespace sumi
