// Shape, ops and configuration of GlobalAveragePooling2D.
#include "sumi/layers/global_average_pooling2d.hpp"

#include "layers/pooling.hpp"

namespace sumi {

Shape output_shape(const GlobalAveragePooling2D& layer, const Shape& input) {
  return layers::global_pool_shape(layer, input, 4);
}

void lower(const GlobalAveragePooling2D& layer, Lowering& ops) {
  layers::lower_global_pool(layer, ops, &Lowering::avg_pool2d);
}

void fields(GlobalAveragePooling2D& layer, Fields& f) { layers::global_pool_fields(layer, f); }

}  // namespace sumi
