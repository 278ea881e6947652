// Shape, ops and configuration of GlobalMaxPooling1D.
#include "sumi/layers/global_max_pooling1d.hpp"

#include "layers/pooling.hpp"

namespace sumi {

Shape output_shape(const GlobalMaxPooling1D& layer, const Shape& input) {
  return layers::global_pool_shape(layer, input, 3);
}

void lower(const GlobalMaxPooling1D& layer, Lowering& ops) {
  layers::lower_global_pool(layer, ops, &Lowering::max_pool2d);
}

void fields(GlobalMaxPooling1D& layer, Fields& f) { layers::global_pool_fields(layer, f); }

}  // namespace sumi
