// Matrix products by oneDNN.
#include "backend/cpu/candidates.hpp"
#include "backend/cpu/onednn.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

using namespace onednn;

// From so many rows on, laying out a transposed second operand first costs less than it saves (1600 x 256: a fifth).
constexpr std::int64_t rows_worth_a_reorder = 64;

// A matrix as oneDNN sees it, transposed by its strides.
Desc matrix(const Shape& shape, bool transposed) {
  return transposed ? floats({shape[1], shape[0]}, Tag::ba) : floats({shape[0], shape[1]}, Tag::ab);
}

}  // namespace

Answer make_matmul(const OpCase& op) {
  const auto* matmul = std::get_if<graph::MatMul>(&op.attributes);
  if (matmul == nullptr) return {};
  const Desc a = matrix(op.inputs[0].shape, matmul->transpose_a);
  const Desc b = matrix(op.inputs[1].shape, matmul->transpose_b);
  const Desc c = matrix(op.outputs[0].shape, false);
  const bool has_bias = op.inputs.size() > 2 && op.inputs[2].present;
  const std::int64_t rows = op.outputs[0].shape[0];
  const std::int64_t columns = op.outputs[0].shape[1];
  const std::int64_t inner = element_count(op.inputs[0].shape) / rows;
  const int threads = threads_for(rows * columns * inner / multiplications_per_float, op.threads);
  const TeamSize team(threads);
  try {
    const bool reorders = matmul->transpose_b && rows >= rows_worth_a_reorder;
    const auto desc =
        describe_matmul(a, reorders ? floats({inner, columns}, Tag::any) : b,
                        has_bias ? floats({1, columns}, Tag::ab) : Desc(), c, matmul->epilogue == ActivationKind::relu);
    auto kernel = std::make_unique<Execution>(desc.impl_info_str(), threads);
    const dnnl::memory left = kernel->input(0, a);
    const dnnl::memory right = kernel->input_as(1, b, desc.weights_desc());
    const dnnl::memory bias = has_bias ? kernel->input(2, desc.bias_desc()) : dnnl::memory();
    kernel->add(
        desc, dnnl::matmul(desc),
        {{DNNL_ARG_SRC, left}, {DNNL_ARG_WEIGHTS, right}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, kernel->output(0, c)}});
    return {std::move(kernel), {}};
  } catch (const dnnl::error& error) {
    return refuse(std::string("onednn/matmul: ") + error.what());
  }
}

}  // namespace sumi::backend::cpu_detail
