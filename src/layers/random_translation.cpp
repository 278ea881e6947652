// Shape, ops and configuration of RandomTranslation.
#include "sumi/layers/random_translation.hpp"

#include "layers/augmentation.hpp"

namespace sumi {

Shape output_shape(const RandomTranslation&, const Shape& input) {
  layers::expect_images(input);
  return input;
}

void lower(const RandomTranslation& layer, Lowering& ops) {
  RandomAffineArguments map = layers::filling(layer.fill_mode, layer.interpolation, layer.fill_value);
  map.shift_height = layers::bounds_of(layer.height_factor, -1);
  map.shift_width = layers::bounds_of(layer.width_factor, -1);
  layers::lower_change(ops, layer.data_format, [&](Value x) { return ops.random_affine(x, map, layer.seed); });
}

void fields(RandomTranslation& layer, Fields& f) {
  layers::image_fields(layer, f);
  f("height_factor", layer.height_factor);
  f("width_factor", layer.width_factor);
  f("fill_mode", layer.fill_mode);
  f("interpolation", layer.interpolation);
  f("seed", layer.seed);
  f("fill_value", layer.fill_value);
}

void validate(const RandomTranslation& layer) {
  const std::string rule =
      "The `factor` argument should be a number (or a list of two numbers) in the range [-1.0, 1.0].";
  layers::expect_factor(rule, "height_factor", layer.height_factor, -1, 1);
  layers::expect_factor(rule, "width_factor", layer.width_factor, -1, 1);
  layers::validate_filling(layer);
}

}  // namespace sumi
