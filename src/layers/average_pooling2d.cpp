// Shape, ops and configuration of AveragePooling2D.
#include "sumi/layers/average_pooling2d.hpp"

#include "layers/pooling.hpp"

namespace sumi {

Shape output_shape(const AveragePooling2D& layer, const Shape& input) { return layers::pool_shape(layer, input); }

void lower(const AveragePooling2D& layer, Lowering& ops) {
  const Value x = layers::to_channels_last(ops, ops.input(), layer.data_format);
  const Value y = ops.avg_pool2d(x, layer.pool_size, layers::pool_strides(layer), layer.padding);
  ops.output(layers::from_channels_last(ops, y, layer.data_format));
}

void fields(AveragePooling2D& layer, Fields& f) { layers::pool_fields(layer, f); }

void validate(const AveragePooling2D& layer) { layers::validate_pool(layer); }

}  // namespace sumi
