// Shape, ops and configuration of Softmax.
#include "sumi/layers/softmax.hpp"

#include <set>

#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {
namespace {

std::string text_of(const Softmax& layer) {
  return to_string(Shape(layer.axis.values().begin(), layer.axis.values().end()));
}

}  // namespace

Shape output_shape(const Softmax& layer, const Shape& input) {
  const auto rank = static_cast<int>(input.size());
  std::set<int> axes;
  for (const int axis : layer.axis.values()) {
    if (axis < -rank || axis >= rank || !axes.insert((axis + rank) % rank).second) {
      throw ShapeError("The axes of layer '" + layers::label(layer) + "' must be different dimensions of its input. " +
                       "Received: axis=" + std::to_string(axis) + " for an input of shape " + to_string(input));
    }
  }
  return input;
}

void lower(const Softmax& layer, Lowering& ops) { ops.output(ops.softmax(ops.input(), layer.axis.values())); }

void fields(Softmax& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("axis", layer.axis);
}

void validate(const Softmax& layer) {
  const std::vector<int>& axes = layer.axis.values();
  if (axes.empty() || std::set<int>(axes.begin(), axes.end()).size() != axes.size()) {
    throw ArgumentError(
        "Invalid value for argument `axis` of a Softmax layer. Expected one axis, or several different "
        "ones. Received: axis=" +
        text_of(layer));
  }
}

}  // namespace sumi
