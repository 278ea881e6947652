// Shape, ops and configuration of UpSampling2D.
#include "sumi/layers/up_sampling2d.hpp"

#include "core/text.hpp"
#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {

Shape output_shape(const UpSampling2D& layer, const Shape& input) {
  layers::expect_rank(input, layers::Rank::exactly, 4, layers::label(layer));
  layers::Image image(input, layer.data_format);
  if (image.height != None) image.height *= layer.size.height;
  if (image.width != None) image.width *= layer.size.width;
  return image.shape(layer.data_format);
}

void lower(const UpSampling2D& layer, Lowering& ops) {
  const Value x = layers::to_channels_last(ops, ops.input(), layer.data_format);
  const Value y = ops.upsample2d(x, layer.size, lower_case(layer.interpolation) == "bilinear");
  ops.output(layers::from_channels_last(ops, y, layer.data_format));
}

void fields(UpSampling2D& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("size", layer.size);
  f("data_format", layer.data_format);
  f("interpolation", layer.interpolation);
}

void validate(const UpSampling2D& layer) {
  layers::expect_positive("size", layer.size);
  const std::string interpolation = lower_case(layer.interpolation);
  if (interpolation == "nearest" || interpolation == "bilinear") return;
  throw ArgumentError("The `interpolation` argument must be one of {'nearest', 'bilinear'}. Received: " +
                      layer.interpolation);
}

}  // namespace sumi
