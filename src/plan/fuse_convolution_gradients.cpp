#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

void fuse_convolution_gradients(graph::Graph& graph, const PassContext& context) {
  const Uses uses(graph);
  Edit edit(graph);
  const auto count = static_cast<int>(graph.ops.size());
  for (int i = 0; i < count; ++i) {
    const graph::Op& weights = graph.ops[static_cast<std::size_t>(i)];
    const auto* kind = std::get_if<graph::Conv2dBackwardWeights>(&weights.attributes);
    if (kind == nullptr) continue;
    for (const int k : uses.readers(weights.inputs[1])) {
      const graph::Op& data = graph.ops[static_cast<std::size_t>(k)];
      const auto* other = std::get_if<graph::Conv2dBackwardData>(&data.attributes);
      // A transposed convolution stands first, and the gradient for its kernel reads what comes of it.
      const bool is_gradient = uses.producer[static_cast<std::size_t>(weights.inputs[0])] < std::min(i, k);
      if (other == nullptr || !is_gradient || data.layer != weights.layer || other->window != kind->window ||
          other->groups != kind->groups || !uses.is_fed(data.inputs[1]) ||
          graph.shape(data.inputs[1]) != graph.shape(weights.outputs[0]) ||
          graph.shape(data.outputs[0]) != graph.shape(weights.inputs[0])) {
        continue;
      }
      graph::Op both{
          graph::Conv2dBackward{kind->window, kind->groups},
          {weights.inputs[0], data.inputs[1], weights.inputs[1]},
          {data.outputs[0], weights.outputs[0], weights.outputs.size() > 1 ? weights.outputs[1] : graph::none},
          weights.layer};
      if (!fuses(graph, both, context)) break;
      edit.insert_before(std::min(i, k), std::move(both));
      edit.erase(i);
      edit.erase(k);
      break;
    }
  }
  edit.apply();
}

}  // namespace sumi::plan
