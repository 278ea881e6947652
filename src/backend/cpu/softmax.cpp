// Softmax over the last axis, with the cross entropy of its input where the plan joined them.
#include "backend/cpu/candidates.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// An exponential is some twenty operations.
constexpr std::int64_t work_per_float = 4;

class SoftmaxKernel final : public Kernel {
 public:
  enum class Kind { softmax, with_loss, backward };

  SoftmaxKernel(Kind kind, const OpCase& op)
      : kind_(kind),
        size_(op.inputs[0].shape.back()),
        rows_(element_count(op.inputs[0].shape) / size_),
        threads_(threads_for(rows_ * size_ * work_per_float, op.threads)) {}
  std::string name() const override {
    constexpr const char* names[] = {"softmax", "softmax_cross_entropy", "softmax_cross_entropy_backward"};
    return std::string("cpu/") + names[static_cast<int>(kind_)];
  }
  void run(const Arguments& a) override {
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(rows_, part, threads_);
      const KernelTable& k = kernels();
      switch (kind_) {
        case Kind::softmax:
          return k.softmax(a.inputs[0], a.outputs[0], size_, slice.begin, slice.end);
        case Kind::with_loss:
          return k.softmax_cross_entropy(a.inputs[0], a.inputs[1], a.outputs[0], a.outputs[1], size_, slice.begin,
                                         slice.end);
        case Kind::backward:
          return k.softmax_cross_entropy_backward(a.inputs[0], a.inputs[1], a.inputs[2], a.outputs[0], size_,
                                                  slice.begin, slice.end);
      }
    });
  }

 private:
  Kind kind_;
  std::int64_t size_, rows_;
  int threads_;
};

Answer make(SoftmaxKernel::Kind kind, const OpCase& op) {
  for (const auto* operands : {&op.inputs, &op.outputs}) {
    for (const Operand& operand : *operands) {
      if (operand.layout != graph::Layout::plain) return refuse("cpu/softmax: takes plain layouts only");
    }
  }
  return {std::make_unique<SoftmaxKernel>(kind, op), {}};
}

}  // namespace

Answer make_softmax(const OpCase& op) {
  if (std::holds_alternative<graph::SoftmaxCrossEntropy>(op.attributes)) {
    return make(SoftmaxKernel::Kind::with_loss, op);
  }
  if (std::holds_alternative<graph::SoftmaxCrossEntropyBackward>(op.attributes)) {
    return make(SoftmaxKernel::Kind::backward, op);
  }
  const auto* softmax = std::get_if<graph::Softmax>(&op.attributes);
  if (softmax == nullptr) return {};
  const auto last = static_cast<int>(op.inputs[0].shape.size()) - 1;
  if (softmax->log || softmax->axes != std::vector<int>{last}) return refuse("cpu/softmax: takes the last axis only");
  if (op.inputs.size() > 1 && op.inputs[1].present) return refuse("cpu/softmax: takes no mask");
  return make(SoftmaxKernel::Kind::softmax, op);
}

}  // namespace sumi::backend::cpu_detail
