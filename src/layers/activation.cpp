// Shape, ops and configuration of Activation.
#include "sumi/layers/activation.hpp"

#include "layers/common.hpp"

namespace sumi {

Shape output_shape(const Activation& layer, const Shape& input) { return layers::activated(input, layer.activation); }

void lower(const Activation& layer, Lowering& ops) { ops.output(ops.activate(ops.input(), layer.activation)); }

void fields(Activation& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("activation", layer.activation);
}

}  // namespace sumi
