// Shape, ops and configuration of Flatten.
#include "sumi/layers/flatten.hpp"

#include <algorithm>
#include <numeric>

#include "layers/common.hpp"

namespace sumi {

Shape output_shape(const Flatten& layer, const Shape& input) {
  layers::expect_rank(input, layers::Rank::at_least, 1, layers::label(layer));
  const Shape sample(input.begin() + 1, input.end());
  const bool known = std::find(sample.begin(), sample.end(), None) == sample.end();
  return {input[0], known ? element_count(sample) : None};
}

void lower(const Flatten& layer, Lowering& ops) {
  Value x = ops.input();
  const Shape flat = output_shape(layer, ops.shape(x));
  const std::size_t rank = ops.shape(x).size();
  if (layer.data_format.channels_first() && rank > 2) {
    std::vector<int> axes(rank, 0);  // 0, 2, 3, ..., 1
    std::iota(axes.begin() + 1, axes.end() - 1, 2);
    axes.back() = 1;
    x = ops.transpose(x, axes);
  }
  ops.output(ops.reshape(x, flat));
}

void fields(Flatten& layer, Fields& f) {
  layers::base_fields(layer, f);
  f("data_format", layer.data_format);
}

}  // namespace sumi
