// Shape, ops and configuration of Activation.
#include "sumi/layers/activation.hpp"

#include "layers/common.hpp"

namespace sumi {

Shape output_shape(const Activation&, const Shape& input) { return input; }

void lower(const Activation& layer, Lowering& ops) { ops.output(layers::activate(ops, ops.input(), layer.activation)); }

void fields(Activation& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("activation", layer.activation);
}

}  // namespace sumi
