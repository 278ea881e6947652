// Shape, ops and configuration of RandomFlip.
#include "sumi/layers/random_flip.hpp"

#include "layers/augmentation.hpp"

namespace sumi {

Shape output_shape(const RandomFlip&, const Shape& input) {
  layers::expect_images(input);
  return input;
}

void lower(const RandomFlip& layer, Lowering& ops) {
  RandomAffineArguments map;
  map.flip_horizontal = layer.mode != "vertical";
  map.flip_vertical = layer.mode != "horizontal";
  map.bilinear = false;
  layers::lower_change(ops, layer.data_format, [&](Value x) { return ops.random_affine(x, map, layer.seed); });
}

void fields(RandomFlip& layer, Fields& f) {
  layers::image_fields(layer, f);
  f("seed", layer.seed);
  f("mode", layer.mode);
}

void validate(const RandomFlip& layer) {
  layers::expect_word("mode", layer.mode, {"horizontal", "vertical", "horizontal_and_vertical"});
}

}  // namespace sumi
