// Shape, ops and configuration of ZeroPadding2D.
#include "sumi/layers/zero_padding2d.hpp"

#include "layers/common.hpp"

namespace sumi {

Shape output_shape(const ZeroPadding2D& layer, const Shape& input) {
  layers::expect_rank(input, layers::Rank::exactly, 4, layers::label(layer));
  layers::Image image(input, layer.data_format);
  if (image.height != None) image.height += layer.padding.height.before + layer.padding.height.after;
  if (image.width != None) image.width += layer.padding.width.before + layer.padding.width.after;
  return image.shape(layer.data_format);
}

void lower(const ZeroPadding2D& layer, Lowering& ops) {
  const Value x = layers::to_channels_last(ops, ops.input(), layer.data_format);
  ops.output(layers::from_channels_last(ops, ops.pad2d(x, layer.padding), layer.data_format));
}

void fields(ZeroPadding2D& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("padding", layer.padding);
  f("data_format", layer.data_format);
}

void validate(const ZeroPadding2D& layer) { layers::expect_not_negative("padding", layer.padding); }

}  // namespace sumi
