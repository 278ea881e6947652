// Shape, ops and configuration of Dense.
#include "sumi/layers/dense.hpp"

#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {

Shape output_shape(const Dense& layer, const Shape& input) {
  layers::expect_rank(input, layers::Rank::at_least, 2, layers::label(layer));
  Shape output = input;
  output.back() = layer.units;
  return layers::activated(std::move(output), layer.activation);
}

void lower(const Dense& layer, Lowering& ops) {
  const Value kernel = ops.weight("kernel", {ops.shape(ops.input()).back(), layer.units.get()},
                                  {.initializer = layer.kernel_initializer,
                                   .regularizer = layer.kernel_regularizer,
                                   .constraint = layer.kernel_constraint});
  layers::finish(layer, ops, layers::add_bias(layer, ops, ops.matmul(ops.input(), kernel)));
}

void fields(Dense& layer, Fields& f) {
  layers::base_fields(layer, f);
  f.when_set("activity_regularizer", layer.activity_regularizer);
  f("units", layer.units);
  f("activation", layer.activation);
  f("use_bias", layer.use_bias);
  f("kernel_initializer", layer.kernel_initializer);
  f("bias_initializer", layer.bias_initializer);
  f("kernel_regularizer", layer.kernel_regularizer);
  f("bias_regularizer", layer.bias_regularizer);
  f("kernel_constraint", layer.kernel_constraint);
  f("bias_constraint", layer.bias_constraint);
  f.fixed("quantization_config", std::nullopt);
  for (const char* name : {"lora_rank", "lora_alpha"}) f.fixed(name, std::nullopt, false);
}

void validate(const Dense& layer) {
  if (layer.units <= 0) {
    throw ArgumentError("Received an invalid value for `units`, expected a positive integer. Received: units=" +
                        std::to_string(layer.units));
  }
}

}  // namespace sumi
