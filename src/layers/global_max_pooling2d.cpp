// Shape, ops and configuration of GlobalMaxPooling2D.
#include "sumi/layers/global_max_pooling2d.hpp"

#include "layers/pooling.hpp"

namespace sumi {

Shape output_shape(const GlobalMaxPooling2D& layer, const Shape& input) {
  return layers::global_pool_shape(layer, input, 4);
}

void lower(const GlobalMaxPooling2D& layer, Lowering& ops) {
  layers::lower_global_pool(layer, ops, &Lowering::max_pool2d);
}

void fields(GlobalMaxPooling2D& layer, Fields& f) { layers::global_pool_fields(layer, f); }

}  // namespace sumi
