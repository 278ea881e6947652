// Cross entropy of predictions and labels: shape rule and backward rule. Labels have no gradient.
#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {

std::vector<Shape> shapes(const CrossEntropy& op, Shapes inputs) {
  const Shape& predicted = inputs[0];
  const Shape& labels = inputs[1];
  if (predicted.empty())
    throw ShapeError("Expected predictions of cross_entropy of rank 1 or more. Received shape ().");
  const Shape values(predicted.begin(), predicted.end() - 1);
  if (op.sparse) {
    Shape column = values;  // class numbers may have a last axis of 1
    column.push_back(1);
    if (labels != column) require_shape("class numbers of cross_entropy", labels, values);
  } else if (labels != predicted) {
    throw ShapeError("Arguments `target` and `output` must have the same shape. Received: target.shape=" +
                     to_string(labels) + ", output.shape=" + to_string(predicted));
  }
  if (!op.ignore_class) return {values};
  if (!op.sparse) throw ArgumentError("`ignore_class` needs labels that are class numbers. Received probabilities.");
  return {values, values};
}

std::vector<Shape> shapes(const SoftmaxCrossEntropy& /*op*/, Shapes inputs) {
  return {inputs[0], shapes(CrossEntropy{.from_logits = true}, inputs).front()};
}

std::vector<Shape> shapes(const SoftmaxCrossEntropyBackward& /*op*/, Shapes inputs) {
  require_shape("dvalues", inputs[2], shapes(CrossEntropy{.from_logits = true}, inputs.first(2)).front());
  return {inputs[0]};
}

std::vector<ValueId> backward(Graph& graph, const Op& op, const CrossEntropy& kind, Gradients dy, Wanted wanted) {
  if (!wanted[0] || dy[0] == none) return {none, none};
  return {emit_gradient(graph, op, CrossEntropyBackward{kind}, {op.inputs[0], op.inputs[1], dy[0]}, op.inputs[0]),
          none};
}

bool fits(const CrossEntropyBackward& op, Shapes inputs, Shapes outputs) {
  return shapes(op.forward, inputs.first(2)).front() == inputs[2] && outputs[0] == inputs[0];
}

}  // namespace sumi::graph
