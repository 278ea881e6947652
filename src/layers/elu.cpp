// Shape, ops and configuration of ELU.
#include "sumi/layers/elu.hpp"

#include "layers/common.hpp"

namespace sumi {

Shape output_shape(const ELU&, const Shape& input) { return input; }

void lower(const ELU& layer, Lowering& ops) {
  ops.output(ops.activate(ops.input(), {ActivationKind::elu, {.alpha = layer.alpha}}));
}

void fields(ELU& layer, Fields& f) {
  // Keras derives this configuration from the constructor, which has alpha first.
  f("name", layer.name);
  f("alpha", layer.alpha);
  f("trainable", layer.trainable);
}

}  // namespace sumi
