// Shape, ops and configuration of GlobalAveragePooling2D.
#include "sumi/layers/global_average_pooling2d.hpp"

#include "layers/common.hpp"

namespace sumi {

Shape output_shape(const GlobalAveragePooling2D& layer, const Shape& input) {
  layers::expect_rank(input, layers::Rank::exactly, 4, layers::label(layer));
  layers::Image image(input, layer.data_format);
  if (!layer.keepdims) return {image.batch, image.channels};
  image.height = image.width = 1;
  return image.shape(layer.data_format);
}

void lower(const GlobalAveragePooling2D& layer, Lowering& ops) {
  const Value x = layers::to_channels_last(ops, ops.input(), layer.data_format);
  const Size2 whole(static_cast<int>(ops.shape(x)[1]), static_cast<int>(ops.shape(x)[2]));
  const Value mean = ops.avg_pool2d(x, whole, whole, "valid");
  ops.output(ops.reshape(mean, output_shape(layer, ops.shape(ops.input()))));
}

void fields(GlobalAveragePooling2D& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("data_format", layer.data_format);
  f("keepdims", layer.keepdims);
}

}  // namespace sumi
