// All values of a sample in one row.
#pragma once

#include <string>

#include "sumi/layer.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Input (N, ...), output (N, product), row-major in channels-last order whatever data_format the input has; (N)
/// becomes (N, 1).
struct Flatten {
  static constexpr const char* class_name = "Flatten";
  static constexpr bool records_build = true;
  DataFormat data_format = "channels_last";
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const Flatten& layer, const Shape& input);
void lower(const Flatten& layer, Lowering& ops);
void fields(Flatten& layer, Fields& f);

}  // namespace sumi
