// Shape, ops and configuration of AlphaDropout.
#include "sumi/layers/alpha_dropout.hpp"

#include "layers/noise.hpp"

namespace sumi {

Shape output_shape(const AlphaDropout& layer, const Shape& input) { return layers::masked_shape(layer, input); }

void lower(const AlphaDropout& layer, Lowering& ops) {
  layers::expect_rest(layer, ops);
  ops.output(ops.alpha_dropout(ops.input(), layer.rate, layers::mask_shape(layer, ops), layer.seed));
}

void fields(AlphaDropout& layer, Fields& f) { layers::masked_fields(layer, f); }

void validate(const AlphaDropout& layer) { layers::validate_masked(layer); }

}  // namespace sumi
