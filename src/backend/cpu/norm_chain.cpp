// What of a fused batch norm touches data: moments, the affine map, the sums of the gradient.
#include <cmath>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/channel_kernel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

class MomentsKernel final : public ChannelKernel {
 public:
  explicit MomentsKernel(const OpCase& op) : ChannelKernel("moments", op) {}
  void run(const Arguments& a) override {
    reduce(a, [&](std::int64_t at, std::int64_t count, std::int64_t, double* sums, double* squares) {
      kernels().moments(a.inputs[0] + at, count, runs_.period(), sums, squares);
    });
    const double n = static_cast<double>(runs_.elements());
    for (std::int64_t c = 0; c < runs_.channels(); ++c) {
      const auto [sum, squares] = sums_of(a, c);
      const double mean = sum / n;
      a.outputs[0][c] = static_cast<float>(mean);
      a.outputs[0][runs_.channels() + c] = static_cast<float>(std::max(squares / n - mean * mean, 0.0));
    }
  }
};

class AffineKernel final : public ChannelKernel {
 public:
  explicit AffineKernel(const OpCase& op) : ChannelKernel("channel_affine", op) {}
  void run(const Arguments& a) override {
    std::fill_n(per_channel(a, 0), runs_.channels(), 0.0F);
    std::copy_n(a.inputs[1], runs_.channels(), per_channel(a, 1));
    std::copy_n(a.inputs[1] + runs_.channels(), runs_.channels(), per_channel(a, 2));
    std::fill_n(per_channel(a, 3), runs_.channels(), 0.0F);
    apply(a, [&](std::int64_t at, std::int64_t count, std::int64_t p) {
      kernels().affine(a.inputs[0] + at, a.outputs[0] + at, count, runs_.period(), expanded(a, 0) + p,
                       expanded(a, 1) + p, expanded(a, 2) + p);
    });
  }
};

class GradientSumsKernel final : public ChannelKernel {
 public:
  explicit GradientSumsKernel(const OpCase& op) : ChannelKernel("gradient_sums", op) {}
  void run(const Arguments& a) override {
    for (std::int64_t c = 0; c < runs_.channels(); ++c) {
      per_channel(a, 0)[c] = a.inputs[2] != nullptr ? a.inputs[2][c] : 0.0F;
    }
    runs_.expand(per_channel(a, 0), expanded(a, 0));
    reduce(a, [&](std::int64_t at, std::int64_t count, std::int64_t p, double* sums, double* products) {
      kernels().gradient_sums(a.inputs[0] + at, a.inputs[1] + at, count, runs_.period(), expanded(a, 0) + p, sums,
                              products);
    });
    for (std::int64_t c = 0; c < runs_.channels(); ++c) {
      const auto [sum, product] = sums_of(a, c);
      a.outputs[0][c] = static_cast<float>(sum);
      a.outputs[0][runs_.channels() + c] = static_cast<float>(product);
    }
  }
};

template <class K>
Answer make(const OpCase& op) {
  if (!same_layouts(op)) return refuse("cpu/norm_chain: the layouts differ");
  return {std::make_unique<K>(op), {}};
}

}  // namespace

Answer make_norm_chain(const OpCase& op) {
  if (std::holds_alternative<graph::Moments>(op.attributes)) return make<MomentsKernel>(op);
  if (std::holds_alternative<graph::ChannelAffine>(op.attributes)) return make<AffineKernel>(op);
  if (std::holds_alternative<graph::GradientSums>(op.attributes)) return make<GradientSumsKernel>(op);
  return {};
}

}  // namespace sumi::backend::cpu_detail
