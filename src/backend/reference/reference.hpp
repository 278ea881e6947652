// The meaning of every op in plain loops, for float and double. Written to be read; everything else is measured against it.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/backend.hpp"

namespace sumi::backend::reference_detail {

/// Operands of one op: pointers and shapes, null and {} where absent.
template <class T>
struct Operands {
  std::vector<const T*> inputs;
  std::vector<T*> outputs;
  std::vector<Shape> input_shapes;
  std::vector<Shape> output_shapes;
  std::uint64_t step = 0;
};

/// Runs any op. Instantiated for float and double.
template <class T>
void run(const graph::Attributes& attributes, const Operands<T>& operands);

}  // namespace sumi::backend::reference_detail
