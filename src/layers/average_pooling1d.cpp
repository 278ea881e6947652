// Shape, ops and configuration of AveragePooling1D.
#include "sumi/layers/average_pooling1d.hpp"

#include "layers/pooling.hpp"

namespace sumi {

Shape output_shape(const AveragePooling1D& layer, const Shape& input) {
  return layers::sequence_pool_shape(layer, input);
}

void lower(const AveragePooling1D& layer, Lowering& ops) {
  layers::lower_sequence_pool(layer, ops, &Lowering::avg_pool2d);
}

void fields(AveragePooling1D& layer, Fields& f) { layers::sequence_pool_fields(layer, f); }

void validate(const AveragePooling1D& layer) { layers::validate_sequence_pool(layer); }

}  // namespace sumi
