// What one layer without weights makes of an input, on the reference.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "backend/reference/reference.hpp"
#include "graph/builder.hpp"
#include "support/catch.hpp"

namespace sumi::testing {

/// Lowers the layer and runs its ops in double, as in training step `step` of a model whose seed is 1, or in inference.
inline std::vector<double> layer_output(const Layer& layer, const Shape& shape, std::vector<double> x,
                                        bool training = true, std::uint64_t step = 0) {
  std::vector<graph::WeightDeclaration> weights;
  graph::Builder builder(weights, true, training, 1);
  const graph::ValueId input = builder.feed(shape, graph::Role::input, "x");
  const graph::ValueId output = builder.add_layer(layer, 0, input);
  REQUIRE(weights.empty());
  std::vector<std::vector<double>> data(builder.graph.values.size());
  data[static_cast<std::size_t>(input)] = std::move(x);
  for (const graph::Op& op : builder.graph.ops) {
    backend::reference_detail::Operands<double> operands;
    for (const graph::ValueId id : op.inputs) {
      operands.inputs.push_back(data[static_cast<std::size_t>(id)].data());
      operands.input_shapes.push_back(builder.graph.shape(id));
    }
    for (const graph::ValueId id : op.outputs) {
      operands.output_shapes.push_back(builder.graph.shape(id));
      std::vector<double>& made = data[static_cast<std::size_t>(id)];
      made.resize(static_cast<std::size_t>(element_count(builder.graph.shape(id))));
      operands.outputs.push_back(made.data());
    }
    operands.step = step;
    backend::reference_detail::run(op.attributes, operands);
  }
  return data[static_cast<std::size_t>(output)];
}

}  // namespace sumi::testing
