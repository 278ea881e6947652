// Shape, ops and configuration of Rescaling.
#include "sumi/layers/rescaling.hpp"

#include "layers/common.hpp"

namespace sumi {

Shape output_shape(const Rescaling&, const Shape& input) { return input; }

void lower(const Rescaling& layer, Lowering& ops) {
  ops.output(ops.affine(ops.input(), {layer.scale}, {layer.offset}));
}

void fields(Rescaling& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("scale", layer.scale);
  f("offset", layer.offset);
}

}  // namespace sumi
