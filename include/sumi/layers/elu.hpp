// The exponential linear unit.
#pragma once

#include <string>

#include "sumi/layer.hpp"

namespace sumi {

/// x where it is above 0, otherwise alpha * (exp(x) - 1). Output shape as input.
struct ELU {
  static constexpr const char* class_name = "ELU";
  double alpha = 1.0;
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const ELU& layer, const Shape& input);
void lower(const ELU& layer, Lowering& ops);
void fields(ELU& layer, Fields& f);

}  // namespace sumi
