// Shape, ops and configuration of GlobalAveragePooling1D.
#include "sumi/layers/global_average_pooling1d.hpp"

#include "layers/pooling.hpp"

namespace sumi {

Shape output_shape(const GlobalAveragePooling1D& layer, const Shape& input) {
  return layers::global_pool_shape(layer, input, 3);
}

void lower(const GlobalAveragePooling1D& layer, Lowering& ops) {
  layers::lower_global_pool(layer, ops, &Lowering::avg_pool2d);
}

void fields(GlobalAveragePooling1D& layer, Fields& f) { layers::global_pool_fields(layer, f); }

}  // namespace sumi
