// The losses of pairs that large outputs are compared by: rows of images, say.
#include <optional>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

std::optional<PairLoss> pair_loss(const graph::PointwiseLoss& op) {
  switch (op.kind) {
    case PointwiseLossKind::squared_error:
      return PairLoss{PairLoss::Kind::squared_error};
    case PointwiseLossKind::absolute_error:
      return PairLoss{PairLoss::Kind::absolute_error};
    case PointwiseLossKind::huber:
      return PairLoss{PairLoss::Kind::huber, static_cast<float>(op.arguments.delta)};
    case PointwiseLossKind::binary_cross_entropy:
      if (op.arguments.from_logits) return PairLoss{PairLoss::Kind::logits_cross_entropy};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

class PointwiseLossKernel final : public Kernel {
 public:
  PointwiseLossKernel(const PairLoss& loss, bool backward, const OpCase& op)
      : loss_(loss),
        backward_(backward),
        width_(op.inputs[0].shape.back()),
        rows_(element_count(op.inputs[0].shape) / width_),
        threads_(threads_for(2 * rows_ * width_, op.threads)) {}
  std::string name() const override { return backward_ ? "cpu/pointwise_loss_backward" : "cpu/pointwise_loss"; }
  void run(const Arguments& a) override {
    const KernelTable& k = kernels();
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(rows_, part, threads_);
      for (std::int64_t row = slice.begin; row < slice.end; ++row) {
        const float *predicted = a.inputs[0] + row * width_, *truth = a.inputs[1] + row * width_;
        if (backward_) {
          const float scale = a.inputs[2][row] / static_cast<float>(width_);
          k.pointwise_loss_backward(loss_, predicted, truth, scale, a.outputs[0] + row * width_, width_);
        } else {
          const double sum = k.pointwise_loss(loss_, predicted, truth, width_);
          a.outputs[0][row] = static_cast<float>(sum / static_cast<double>(width_));
        }
      }
    });
  }

 private:
  PairLoss loss_;
  bool backward_;
  std::int64_t width_, rows_;
  int threads_;
};

}  // namespace

Answer make_pointwise_loss(const OpCase& op) {
  const auto* forward = std::get_if<graph::PointwiseLoss>(&op.attributes);
  const auto* backward = std::get_if<graph::PointwiseLossBackward>(&op.attributes);
  if (forward == nullptr && backward == nullptr) return {};
  const std::optional<PairLoss> loss = pair_loss(forward != nullptr ? *forward : backward->forward);
  if (!loss) return refuse("cpu/pointwise_loss: takes squared and absolute errors, huber and binary logits only");
  for (const auto* operands : {&op.inputs, &op.outputs}) {
    for (const Operand& operand : *operands) {
      if (operand.layout != graph::Layout::plain) return refuse("cpu/pointwise_loss: takes plain layouts only");
    }
  }
  if (element_count(op.inputs[0].shape) == 0) return refuse("cpu/pointwise_loss: takes no empty rows");
  return {std::make_unique<PointwiseLossKernel>(*loss, backward != nullptr, op), {}};
}

}  // namespace sumi::backend::cpu_detail
