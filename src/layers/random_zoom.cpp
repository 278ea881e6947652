// Shape, ops and configuration of RandomZoom.
#include "sumi/layers/random_zoom.hpp"

#include "layers/augmentation.hpp"

namespace sumi {

Shape output_shape(const RandomZoom&, const Shape& input) {
  layers::expect_images(input);
  return input;
}

void lower(const RandomZoom& layer, Lowering& ops) {
  const auto zoom = [](const Numbers& factor) {
    const Interval bounds = layers::bounds_of(factor, -1);
    return Interval{1.0 + bounds.lower, 1.0 + bounds.upper};
  };
  RandomAffineArguments map = layers::filling(layer.fill_mode, layer.interpolation, layer.fill_value);
  map.zoom_height = zoom(layer.height_factor);
  if (!layer.width_factor.values().empty()) map.zoom_width = zoom(layer.width_factor);
  layers::lower_change(ops, layer.data_format, [&](Value x) { return ops.random_affine(x, map, layer.seed); });
}

void fields(RandomZoom& layer, Fields& f) {
  layers::image_fields(layer, f);
  f("height_factor", layer.height_factor);
  f("width_factor", layer.width_factor);
  f("fill_mode", layer.fill_mode);
  f("interpolation", layer.interpolation);
  f("seed", layer.seed);
  f("fill_value", layer.fill_value);
}

void validate(const RandomZoom& layer) {
  const std::string rule =
      "The `height_factor` and `width_factor` arguments should be a number (or a list of two numbers) in the range "
      "(-1.0, 1.0].";
  layers::expect_factor(rule, "height_factor", layer.height_factor, -1, 1, true);
  if (!layer.width_factor.values().empty()) {
    layers::expect_factor(rule, "width_factor", layer.width_factor, -1, 1, true);
  }
  layers::validate_filling(layer);
}

}  // namespace sumi
