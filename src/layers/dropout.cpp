// Shape, ops and configuration of Dropout.
#include "sumi/layers/dropout.hpp"

#include "layers/noise.hpp"

namespace sumi {

Shape output_shape(const Dropout& layer, const Shape& input) { return layers::masked_shape(layer, input); }

void lower(const Dropout& layer, Lowering& ops) {
  ops.output(ops.dropout(ops.input(), layer.rate, layers::mask_shape(layer, ops), layer.seed));
}

void fields(Dropout& layer, Fields& f) { layers::masked_fields(layer, f); }

void validate(const Dropout& layer) { layers::validate_masked(layer); }

}  // namespace sumi
