// Shape, ops and configuration of Cropping2D.
#include "sumi/layers/cropping2d.hpp"

#include "core/text.hpp"
#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {

Shape output_shape(const Cropping2D& layer, const Shape& input) {
  layers::expect_rank(input, layers::Rank::exactly, 4, layers::label(layer));
  layers::Image image(input, layer.data_format);
  const auto crop = [&](std::int64_t& size, const Ends& ends) {
    if (size == None) return;
    size -= ends.before + ends.after;
    if (size > 0) return;
    throw ShapeError(
        "Values in `cropping` argument should be smaller than the corresponding spatial dimension of the input. "
        "Received: input_shape=" +
        to_string(input) + ", cropping=" + to_string(layer.cropping));
  };
  crop(image.height, layer.cropping.height);
  crop(image.width, layer.cropping.width);
  return image.shape(layer.data_format);
}

void lower(const Cropping2D& layer, Lowering& ops) {
  const Value x = layers::to_channels_last(ops, ops.input(), layer.data_format);
  ops.output(layers::from_channels_last(ops, ops.crop2d(x, layer.cropping), layer.data_format));
}

void fields(Cropping2D& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("cropping", layer.cropping);
  f("data_format", layer.data_format);
}

void validate(const Cropping2D& layer) {
  const int height = layer.cropping.height.before;
  if (height < 0 && layer.cropping == Margins(height)) {
    throw ArgumentError("`cropping` cannot be negative. Received: cropping=" + std::to_string(height) + ".");
  }
  layers::expect_not_negative("cropping", layer.cropping);
}

}  // namespace sumi
