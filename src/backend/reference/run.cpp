// Finds the loops of an op.
#include <variant>

#include "backend/reference/activation.hpp"
#include "backend/reference/augmentation.hpp"
#include "backend/reference/batch_norm.hpp"
#include "backend/reference/conv2d.hpp"
#include "backend/reference/cross_entropy.hpp"
#include "backend/reference/custom.hpp"
#include "backend/reference/elementwise.hpp"
#include "backend/reference/group_norm.hpp"
#include "backend/reference/losses.hpp"
#include "backend/reference/matmul.hpp"
#include "backend/reference/norm_chain.hpp"
#include "backend/reference/penalty.hpp"
#include "backend/reference/pool2d.hpp"
#include "backend/reference/reference.hpp"
#include "backend/reference/softmax.hpp"

namespace sumi::backend::reference_detail {
namespace {

template <class Kind, class... Kinds>
constexpr bool is_any_of = (std::is_same_v<Kind, Kinds> || ...);

}  // namespace

template <class T>
void run(const graph::Attributes& attributes, const Operands<T>& operands) {
  std::visit([&](const auto& kind) { compute(kind, operands); }, attributes);
}
template void run(const graph::Attributes& attributes, const Operands<float>& operands);
template void run(const graph::Attributes& attributes, const Operands<double>& operands);

std::size_t scratch_doubles(const graph::Attributes& attributes, const std::vector<Shape>& input_shapes,
                            const std::vector<Shape>& output_shapes) {
  return std::visit(
      [&]<class Kind>(const Kind& kind) -> std::size_t {
        std::int64_t count = 0;
        if constexpr (std::is_same_v<Kind, graph::Conv2d>) {
          count = conv2d_scratch(kind, input_shapes);
        } else if constexpr (is_any_of<Kind, graph::Conv2dBackwardData, graph::Conv2dBackwardWeights, graph::SumToBias,
                                       graph::MaxPool2dBackward, graph::AvgPool2dBackward, graph::NormChainBackwardData,
                                       graph::RandomAffineBackward>) {
          count = element_count(output_shapes[0]);
        } else if constexpr (std::is_same_v<Kind, graph::Conv2dBackward>) {
          count = std::max(element_count(input_shapes[0]), element_count(input_shapes[1]));
        } else if constexpr (std::is_same_v<Kind, graph::PReluBackward>) {
          count = element_count(input_shapes[1]);
        } else if constexpr (std::is_same_v<Kind, graph::GroupNormBackward>) {
          count = 2 * input_shapes[0].back();
        } else if constexpr (std::is_same_v<Kind, graph::Sparsemax>) {
          count = input_shapes[0].back();
        } else if constexpr (std::is_same_v<Kind, graph::FoldAffine>) {
          count = input_shapes[0].back();
        } else if constexpr (std::is_same_v<Kind, graph::FoldAffineBackward>) {
          count = element_count(input_shapes[1]);
        } else if constexpr (std::is_same_v<Kind, graph::Penalty>) {
          count = element_count(input_shapes[0]);
        } else if constexpr (std::is_same_v<Kind, graph::PenaltyBackward>) {
          count = 2 * element_count(input_shapes[0]);
        }
        return static_cast<std::size_t>(count);
      },
      attributes);
}

}  // namespace sumi::backend::reference_detail
