// Shape, ops and configuration of GaussianNoise.
#include "sumi/layers/gaussian_noise.hpp"

#include "layers/noise.hpp"

namespace sumi {

Shape output_shape(const GaussianNoise&, const Shape& input) { return input; }

void lower(const GaussianNoise& layer, Lowering& ops) {
  ops.output(ops.gaussian_noise(ops.input(), layer.stddev, layer.seed));
}

void fields(GaussianNoise& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("stddev", layer.stddev);
  f("seed", layer.seed);
}

void validate(const GaussianNoise& layer) { layers::expect_unit("stddev", layer.stddev); }

}  // namespace sumi
