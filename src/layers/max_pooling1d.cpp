// Shape, ops and configuration of MaxPooling1D.
#include "sumi/layers/max_pooling1d.hpp"

#include "layers/pooling.hpp"

namespace sumi {

Shape output_shape(const MaxPooling1D& layer, const Shape& input) { return layers::sequence_pool_shape(layer, input); }

void lower(const MaxPooling1D& layer, Lowering& ops) { layers::lower_sequence_pool(layer, ops, &Lowering::max_pool2d); }

void fields(MaxPooling1D& layer, Fields& f) { layers::sequence_pool_fields(layer, f); }

void validate(const MaxPooling1D& layer) { layers::validate_sequence_pool(layer); }

}  // namespace sumi
