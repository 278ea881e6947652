// Products of one row and a matrix, as they are when one sample is predicted.
#include <algorithm>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// Each thread takes some of the matrix's rows, which lie together; their sums are added in the order of the parts.
class VectorProductKernel final : public Kernel {
 public:
  VectorProductKernel(const OpCase& op, bool relu)
      : inner_(op.inputs[1].shape[0]),
        columns_(op.inputs[1].shape[1]),
        relu_(relu),
        has_bias_(op.inputs.size() > 2 && op.inputs[2].present),
        threads_(static_cast<int>(std::min<std::int64_t>(threads_for(inner_ * columns_, op.threads), inner_))) {}
  std::string name() const override { return "cpu/vector_product"; }
  std::size_t scratch_floats() const override { return static_cast<std::size_t>(threads_ * columns_); }
  void run(const Arguments& a) override {
    const VectorProduct product{columns_, a.inputs[0], a.inputs[1]};
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(inner_, part, threads_);
      kernels().vector_product(product, slice.begin, slice.end, a.scratch + part * columns_);
    });
    for (std::int64_t c = 0; c < columns_; ++c) {
      float sum = has_bias_ ? a.inputs[2][c] : 0.0F;
      for (int part = 0; part < threads_; ++part) sum += a.scratch[part * columns_ + c];
      a.outputs[0][c] = relu_ ? std::max(sum, 0.0F) : sum;
    }
  }

 private:
  std::int64_t inner_, columns_;
  bool relu_, has_bias_;
  int threads_;
};

}  // namespace

Answer make_vector_product(const OpCase& op) {
  const auto* matmul = std::get_if<graph::MatMul>(&op.attributes);
  if (matmul == nullptr) return {};
  if (op.outputs[0].shape[0] != 1 || matmul->transpose_a || matmul->transpose_b) {
    return refuse("cpu/vector_product: takes one row and a matrix, not transposed");
  }
  if (op.outputs[0].shape[1] % kernels().lanes != 0)
    return refuse("cpu/vector_product: takes whole vectors of columns");
  return {std::make_unique<VectorProductKernel>(op, matmul->epilogue == ActivationKind::relu), {}};
}

}  // namespace sumi::backend::cpu_detail
