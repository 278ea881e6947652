// Shape, ops and configuration of GaussianDropout.
#include "sumi/layers/gaussian_dropout.hpp"

#include "layers/noise.hpp"

namespace sumi {

Shape output_shape(const GaussianDropout&, const Shape& input) { return input; }

void lower(const GaussianDropout& layer, Lowering& ops) {
  layers::expect_rest(layer, ops);
  ops.output(ops.gaussian_dropout(ops.input(), layer.rate, layer.seed));
}

void fields(GaussianDropout& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("rate", layer.rate);
  f("seed", layer.seed);
}

void validate(const GaussianDropout& layer) { layers::expect_unit("rate", layer.rate); }

}  // namespace sumi
