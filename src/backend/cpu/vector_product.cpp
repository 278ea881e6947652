// Products of one row and a matrix, as they are when one sample is predicted.
#include "backend/cpu/candidates.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

class VectorProductKernel final : public Kernel {
 public:
  VectorProductKernel(const OpCase& op, bool relu) : has_bias_(op.inputs.size() > 2 && op.inputs[2].present) {
    const Shape& matrix = op.inputs[1].shape;
    product_.inner = matrix[0];
    product_.columns = matrix[1];
    product_.relu = relu;
    threads_ = threads_for(element_count(matrix), op.threads);
  }
  std::string name() const override { return "cpu/vector_product"; }
  void run(const Arguments& a) override {
    VectorProduct product = product_;
    product.row = a.inputs[0];
    product.matrix = a.inputs[1];
    product.bias = has_bias_ ? a.inputs[2] : nullptr;
    product.y = a.outputs[0];
    const std::int64_t unit = kernels().lanes;
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(product.columns / unit, part, threads_);
      kernels().vector_product(product, slice.begin * unit, slice.end * unit);
    });
  }

 private:
  VectorProduct product_;
  bool has_bias_;
  int threads_ = 1;
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
