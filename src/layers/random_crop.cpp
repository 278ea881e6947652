// Shape, ops and configuration of RandomCrop.
#include "sumi/layers/random_crop.hpp"

#include <algorithm>

#include "layers/augmentation.hpp"
#include "sumi/error.hpp"

namespace sumi {

Shape output_shape(const RandomCrop& layer, const Shape& input) {
  layers::expect_images(input);
  layers::Image image(input, layer.data_format);
  if (image.height == None || image.width == None) {
    throw ShapeError("RandomCrop requires the input to have a fully defined height and width. Received: images.shape=" +
                     to_string(input));
  }
  image.height = layer.height;
  image.width = layer.width;
  return image.shape(layer.data_format);
}

void lower(const RandomCrop& layer, Lowering& ops) {
  const Value x = layers::to_channels_last(ops, ops.input(), layer.data_format);
  const layers::Image image(ops.shape(ops.input()), layer.data_format);
  const Size2 size(layer.height, layer.width);
  Value y;
  if (ops.training() && image.height > size.height && image.width > size.width) {
    y = ops.random_crop(x, size, layer.seed);
  } else {
    const std::int64_t height = std::clamp<std::int64_t>(image.width * size.height / size.width, 1, image.height);
    const std::int64_t width = std::clamp<std::int64_t>(image.height * size.width / size.height, 1, image.width);
    const Size2 part(static_cast<int>(height), static_cast<int>(width));
    y = ops.resize(ops.center_crop(x, part), size);
  }
  ops.output(layers::from_channels_last(ops, y, layer.data_format));
}

void fields(RandomCrop& layer, Fields& f) {
  layers::image_fields(layer, f);
  f("height", layer.height);
  f("width", layer.width);
  f("seed", layer.seed);
}

void validate(const RandomCrop& layer) {
  layers::expect_positive("height", layer.height.get());
  layers::expect_positive("width", layer.width.get());
}

}  // namespace sumi
