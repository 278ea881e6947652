// An affine map of the input moved into a kernel, and its way back.
#include <algorithm>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/channel_kernel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// A kernel's rows repeat the channels of the map.
class FoldKernel : public Kernel {
 public:
  FoldKernel(const char* name, const Shape& kernel, const Shape& map)
      : name_(name), filters_(kernel.back()), rows_(element_count(kernel) / filters_), channels_(map.back()) {}
  std::string name() const override { return std::string("cpu/") + name_; }

 protected:
  const char* name_;
  std::int64_t filters_, rows_, channels_;
};

class Forward final : public FoldKernel {
 public:
  explicit Forward(const OpCase& op) : FoldKernel("fold_affine", op.inputs[0].shape, op.inputs[2].shape) {}
  void run(const Arguments& a) override {
    const float* map = a.inputs[2];
    for (std::int64_t f = 0; f < filters_; ++f) a.outputs[1][f] = static_cast<float>(value_or(a.inputs[1], f, 0.0));
    for (std::int64_t row = 0; row < rows_; ++row) {
      const std::int64_t c = row % channels_;
      kernels().fold_row(a.inputs[0] + row * filters_, map[c], map[channels_ + c], a.outputs[0] + row * filters_,
                         a.outputs[1], filters_);
    }
  }
};

class Backward final : public FoldKernel {
 public:
  explicit Backward(const OpCase& op) : FoldKernel("fold_affine_backward", op.inputs[0].shape, op.inputs[1].shape) {}
  std::size_t scratch_floats() const override { return static_cast<std::size_t>(4 * channels_); }
  void run(const Arguments& a) override {
    const float* map = a.inputs[1];
    double* sums = reinterpret_cast<double*>(a.scratch);
    std::fill_n(sums, 2 * channels_, 0.0);
    for (std::int64_t row = 0; row < rows_; ++row) {
      const std::int64_t c = row % channels_;
      const std::int64_t at = row * filters_;
      kernels().fold_row_backward(a.inputs[0] + at, a.inputs[2] + at, a.inputs[3], map[c], map[channels_ + c],
                                  a.inputs[4] != nullptr ? a.inputs[4][c] : 0.0F, a.outputs[0] + at, sums + 2 * c,
                                  filters_);
    }
    if (a.outputs[1] == nullptr) return;
    for (std::int64_t c = 0; c < channels_; ++c) {
      a.outputs[1][c] = static_cast<float>(sums[2 * c]);
      a.outputs[1][channels_ + c] = static_cast<float>(sums[2 * c + 1]);
    }
  }
};

}  // namespace

Answer make_fold(const OpCase& op) {
  if (std::holds_alternative<graph::FoldAffine>(op.attributes)) return {std::make_unique<Forward>(op), {}};
  if (std::holds_alternative<graph::FoldAffineBackward>(op.attributes)) return {std::make_unique<Backward>(op), {}};
  return {};
}

}  // namespace sumi::backend::cpu_detail
