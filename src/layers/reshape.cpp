// Shape, ops and configuration of Reshape.
#include "sumi/layers/reshape.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {
namespace {

/// With -1 where to_string would write None.
std::string text_of(const Reshape& layer) {
  std::vector<std::string> numbers;
  for (const std::int64_t dimension : layer.target_shape.get()) numbers.push_back(std::to_string(dimension));
  return "(" + join(numbers) + (numbers.size() == 1 ? ",)" : ")");
}

}  // namespace

Shape output_shape(const Reshape& layer, const Shape& input) {
  layers::expect_rank(input, layers::Rank::at_least, 1, layers::label(layer));
  const Shape sample(input.begin() + 1, input.end());
  Shape target = layer.target_shape;
  if (std::find(sample.begin(), sample.end(), None) == sample.end()) {
    const std::int64_t size = element_count(sample);
    const auto unknown = std::find(target.begin(), target.end(), -1);
    const bool inferred = unknown != target.end();
    if (inferred) *unknown = 1;
    const std::int64_t rest = element_count(target);
    if (inferred && rest > 0 && size % rest == 0) {
      *unknown = size / rest;
    } else if (inferred || rest != size) {
      throw ShapeError("The total size of the tensor must be unchanged. Received: input_shape=" + to_string(sample) +
                       ", target_shape=" + text_of(layer));
    }
  }
  target.insert(target.begin(), input[0]);
  return target;
}

void lower(const Reshape& layer, Lowering& ops) {
  ops.output(ops.reshape(ops.input(), output_shape(layer, ops.shape(ops.input()))));
}

void fields(Reshape& layer, Fields& f) {
  layers::base_fields(layer, f);
  f.numbers("target_shape", layer.target_shape);
}

void validate(const Reshape& layer) {
  const Shape& target = layer.target_shape;
  if (std::any_of(target.begin(), target.end(), [](std::int64_t dimension) { return dimension < -1; })) {
    throw ArgumentError(
        "Each dimension in `target_shape` must be a non-negative integer, or `-1` for a single unknown "
        "dimension. Received: target_shape=" +
        text_of(layer) + ".");
  }
  if (std::count(target.begin(), target.end(), -1) > 1) {
    throw ArgumentError("There must be at most one unknown dimension (-1) in `target_shape`. Received: target_shape=" +
                        text_of(layer) + ".");
  }
}

}  // namespace sumi
