// Batch normalisation over the last axis: one pass for the sums, one for the values, in each direction.
#include <algorithm>
#include <cmath>
#include <utility>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/channel_kernel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

class Forward final : public ChannelKernel {
 public:
  Forward(const graph::BatchNorm& op, const OpCase& made_for)
      : ChannelKernel(op.training ? "batch_norm" : "batch_norm_inference", made_for), op_(op) {}
  void run(const Arguments& a) override {
    if (op_.training) {
      reduce(a, [&](std::int64_t at, std::int64_t count, std::int64_t, double* sums, double* squares) {
        kernels().moments(a.inputs[0] + at, count, runs_.period(), sums, squares);
      });
    }
    for (std::int64_t c = 0; c < runs_.channels(); ++c) set_parameters(a, c);
    const auto affine = kernels().affine;
    apply(a, [&](std::int64_t at, std::int64_t count, std::int64_t p) {
      affine(a.inputs[0] + at, a.outputs[0] + at, count, runs_.period(), expanded(a, 0) + p, expanded(a, 1) + p,
             expanded(a, 2) + p);
    });
  }

 private:
  void set_parameters(const Arguments& a, std::int64_t c) const {
    double mean = a.inputs[3][c];
    double variance = a.inputs[4][c];
    if (op_.training) {
      const double n = static_cast<double>(runs_.elements());
      const auto [sum, squares] = sums_of(a, c);
      const double moving_mean = std::exchange(mean, sum / n);
      const double moving_variance = std::exchange(variance, std::max(squares / n - mean * mean, 0.0));
      const auto average = [&](double moving, double now) {
        return static_cast<float>(moving * op_.momentum + now * (1.0 - op_.momentum));
      };
      if (a.outputs[3] != nullptr) a.outputs[3][c] = average(moving_mean, mean);
      if (a.outputs[4] != nullptr) a.outputs[4][c] = average(moving_variance, variance);
    }
    const double inv_std = 1.0 / std::sqrt(variance + op_.epsilon);
    if (op_.training) {
      if (a.outputs[1] != nullptr) a.outputs[1][c] = static_cast<float>(mean);
      if (a.outputs[2] != nullptr) a.outputs[2][c] = static_cast<float>(inv_std);
    }
    const double scale = value_or(a.inputs[1], c, 1.0) * inv_std;
    const auto shift = static_cast<float>(mean);
    per_channel(a, 0)[c] = shift;
    per_channel(a, 1)[c] = static_cast<float>(scale);
    // The offset makes up for the rounding of the mean, which may be many deviations large.
    per_channel(a, 2)[c] = static_cast<float>(value_or(a.inputs[2], c, 0.0) + (shift - mean) * scale);
    per_channel(a, 3)[c] = 0.0F;
  }

  graph::BatchNorm op_;
};

// dx = dy a + (x - mean) b + c with numbers per channel; in inference b and c are 0.
class Backward final : public ChannelKernel {
 public:
  Backward(const graph::BatchNormBackward& op, const OpCase& made_for)
      : ChannelKernel(op.training ? "batch_norm_backward" : "batch_norm_inference_backward", made_for), op_(op) {}
  void run(const Arguments& a) override {
    const float* x = a.inputs[0];
    const float* dy = a.inputs[4];
    float* dx = a.outputs[0];
    const bool sums_wanted = op_.training || a.outputs[1] != nullptr || a.outputs[2] != nullptr;
    runs_.expand(a.inputs[2], expanded(a, 0));
    if (sums_wanted) {
      reduce(a, [&](std::int64_t at, std::int64_t count, std::int64_t p, double* sums, double* products) {
        kernels().gradient_sums(x + at, dy + at, count, runs_.period(), expanded(a, 0) + p, sums, products);
      });
    }
    for (std::int64_t c = 0; c < runs_.channels(); ++c) set_parameters(a, c, sums_wanted);
    if (dx == nullptr) return;
    const KernelTable& k = kernels();
    apply(a, [&](std::int64_t at, std::int64_t count, std::int64_t p) {
      if (op_.training) {
        k.normalize_backward(x + at, dy + at, dx + at, count, runs_.period(), expanded(a, 0) + p, expanded(a, 1) + p,
                             expanded(a, 2) + p, expanded(a, 3) + p);
      } else {
        // Rows 2 and 3 are 0.
        k.affine(dy + at, dx + at, count, runs_.period(), expanded(a, 2) + p, expanded(a, 1) + p, expanded(a, 3) + p);
      }
    });
  }

 private:
  void set_parameters(const Arguments& a, std::int64_t c, bool sums_wanted) const {
    const double inv_std = op_.training ? static_cast<double>(a.inputs[3][c])
                                        : 1.0 / std::sqrt(static_cast<double>(a.inputs[3][c]) + op_.epsilon);
    const double scale = value_or(a.inputs[1], c, 1.0) * inv_std;
    const auto [dbeta, product] = sums_wanted ? sums_of(a, c) : std::pair{0.0, 0.0};
    const double dgamma = product * inv_std;
    if (a.outputs[1] != nullptr) a.outputs[1][c] = static_cast<float>(dgamma);
    if (a.outputs[2] != nullptr) a.outputs[2][c] = static_cast<float>(dbeta);
    const double per_element = op_.training ? scale / static_cast<double>(runs_.elements()) : 0.0;
    per_channel(a, 0)[c] = a.inputs[2][c];
    per_channel(a, 1)[c] = static_cast<float>(scale);
    per_channel(a, 2)[c] = static_cast<float>(-per_element * dgamma * inv_std);
    per_channel(a, 3)[c] = static_cast<float>(-per_element * dbeta);
  }

  graph::BatchNormBackward op_;
};

bool any_present(const std::vector<Operand>& operands, std::size_t from) {
  for (std::size_t i = from; i < operands.size(); ++i) {
    if (operands[i].present) return true;
  }
  return false;
}

}  // namespace

Answer make_batch_norm(const OpCase& op) {
  const auto* forward = std::get_if<graph::BatchNorm>(&op.attributes);
  const auto* backward = std::get_if<graph::BatchNormBackward>(&op.attributes);
  if (forward == nullptr && backward == nullptr) return {};
  const int axis = forward != nullptr ? forward->axis : backward->axis;
  if (axis + 1 != static_cast<int>(op.inputs[0].shape.size())) {
    return refuse("cpu/batch_norm: takes the last axis only");
  }
  if (!same_layouts(op)) return refuse("cpu/batch_norm: the layouts differ");
  if (any_present(op.inputs, 5)) return refuse("cpu/batch_norm: takes no mask and no renormalisation");
  if (forward == nullptr) return {std::make_unique<Backward>(*backward, op), {}};
  if (forward->renorm) return refuse("cpu/batch_norm: takes no renormalisation");
  return {std::make_unique<Forward>(*forward, op), {}};
}

}  // namespace sumi::backend::cpu_detail
