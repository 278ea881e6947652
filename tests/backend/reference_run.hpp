// Runs one op of the reference on vectors.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "backend/reference/reference.hpp"
#include "support/catch.hpp"

namespace sumi::testing {

/// A row-major array; without values it is an absent operand.
template <class T>
struct Array {
  Shape shape;
  std::vector<T> values;
};

/// Runs an op on T. Outputs start as NaN, so that what is not written shows.
template <class T>
std::vector<std::vector<T>> run_op(const graph::Attributes& attributes, const std::vector<Array<T>>& inputs,
                                   const std::vector<Shape>& output_shapes, std::uint64_t step = 0) {
  backend::reference_detail::Operands<T> operands;
  for (const Array<T>& input : inputs) {
    operands.inputs.push_back(input.values.empty() ? nullptr : input.values.data());
    operands.input_shapes.push_back(input.shape);
  }
  std::vector<std::vector<T>> outputs;
  for (const Shape& shape : output_shapes) {
    outputs.emplace_back(static_cast<std::size_t>(element_count(shape)), std::numeric_limits<T>::quiet_NaN());
  }
  for (std::vector<T>& output : outputs) operands.outputs.push_back(output.data());
  operands.output_shapes = output_shapes;
  operands.step = step;
  backend::reference_detail::run(attributes, operands);
  return outputs;
}

/// Checks every element: |actual - expected| <= tolerance * (1 + |expected|). The default is that of Keras's own tests
/// (rtol = atol = 1e-6), a little wider for expectations that float32 sums made.
template <class T>
void check_close(const std::vector<T>& actual, const std::vector<double>& expected, double tolerance = 2e-6) {
  REQUIRE(actual.size() == expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    INFO("element " << i << ": " << actual[i] << ", expected " << expected[i]);
    CHECK(std::abs(static_cast<double>(actual[i]) - expected[i]) <= tolerance * (1 + std::abs(expected[i])));
  }
}

}  // namespace sumi::testing
