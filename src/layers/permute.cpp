// Shape, ops and configuration of Permute.
#include "sumi/layers/permute.hpp"

#include <algorithm>
#include <numeric>

#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi {

Shape output_shape(const Permute& layer, const Shape& input) {
  const Shape& dims = layer.dims;
  layers::expect_rank(input, layers::Rank::exactly, dims.size() + 1, layers::label(layer));
  Shape result = {input[0]};
  for (const std::int64_t axis : dims) result.push_back(input[static_cast<std::size_t>(axis)]);
  return result;
}

void lower(const Permute& layer, Lowering& ops) {
  std::vector<int> axes = {0};
  for (const std::int64_t axis : layer.dims.get()) axes.push_back(static_cast<int>(axis));
  ops.output(ops.transpose(ops.input(), axes));
}

void fields(Permute& layer, Fields& f) {
  layers::base_fields(layer, f);
  f.numbers("dims", layer.dims);
}

void validate(const Permute& layer) {
  Shape expected = layer.dims;
  std::iota(expected.begin(), expected.end(), 1);
  if (std::is_permutation(expected.begin(), expected.end(), layer.dims.get().begin())) return;
  throw ArgumentError(
      "Invalid permutation argument `dims` for Permute Layer. The set of indices in `dims` must be consecutive and "
      "start from 1. Received dims=" +
      to_string(layer.dims.get()));
}

}  // namespace sumi
