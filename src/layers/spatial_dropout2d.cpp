// Shape, ops and configuration of SpatialDropout2D.
#include "sumi/layers/spatial_dropout2d.hpp"

#include "layers/noise.hpp"

namespace sumi {

Shape output_shape(const SpatialDropout2D& layer, const Shape& input) {
  layers::expect_rank(input, layers::Rank::exactly, 4, layers::label(layer));
  return input;
}

void lower(const SpatialDropout2D& layer, Lowering& ops) {
  layers::Image mask(ops.shape(ops.input()), layer.data_format);
  mask.height = mask.width = 1;
  ops.output(ops.dropout(ops.input(), layer.rate, mask.shape(layer.data_format), layer.seed));
}

// Keras's own order of keys, which no other layer has, and without `trainable`.
void fields(SpatialDropout2D& layer, Fields& f) {
  f("rate", layer.rate);
  f("seed", layer.seed);
  f("name", layer.name);
  std::string dtype = "float32";
  f("dtype", dtype);
  if (dtype != "float32") {
    throw ArgumentError("Expected float32, which is all that sumi computes in. Received: dtype=" + repr(dtype));
  }
  f("data_format", layer.data_format);
}

void validate(const SpatialDropout2D& layer) { layers::expect_unit("rate", layer.rate); }

}  // namespace sumi
