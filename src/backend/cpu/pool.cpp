// Pooling of images in any layout: a block of channels is an image of its own.
#include "backend/cpu/candidates.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

class PoolKernel final : public Kernel {
 public:
  enum class Kind { max, average, max_backward, average_backward };

  PoolKernel(Kind kind, const graph::Window& window, const OpCase& op, const Operand& x, const Operand& y)
      : kind_(kind), backward_(kind == Kind::max_backward || kind == Kind::average_backward) {
    const int block = graph::block_of(x.layout);
    pool_ = {window, x.shape[1], x.shape[2], y.shape[1], y.shape[2], block == 0 ? x.shape[3] : block};
    images_ = x.shape[0] * (x.shape[3] / pool_.channels);
    threads_ = threads_for(element_count(x.shape), op.threads);
  }
  std::string name() const override {
    constexpr const char* names[] = {"max_pool", "avg_pool", "max_pool_backward", "avg_pool_backward"};
    return std::string("cpu/") + names[static_cast<int>(kind_)];
  }
  void run(const Arguments& arguments) override {
    parallel(threads_, [&](int part) {
      run_slice(arguments, slice_of(backward_ ? images_ : images_ * pool_.out_height, part, threads_));
    });
  }

 private:
  void run_slice(const Arguments& a, Slice s) const {
    const KernelTable& k = kernels();
    switch (kind_) {
      case Kind::max:
        return k.max_pool(pool_, a.inputs[0], a.outputs[0], s.begin, s.end);
      case Kind::average:
        return k.avg_pool(pool_, a.inputs[0], a.outputs[0], s.begin, s.end);
      case Kind::max_backward:
        return k.max_pool_backward(pool_, a.inputs[0], a.inputs[1], a.outputs[0], s.begin, s.end);
      case Kind::average_backward:
        return k.avg_pool_backward(pool_, a.inputs[0], a.outputs[0], s.begin, s.end);
    }
  }

  Kind kind_;
  bool backward_;
  Pool pool_;
  std::int64_t images_ = 0;
  int threads_ = 1;
};

Answer make(PoolKernel::Kind kind, const graph::Window& window, const OpCase& op, const Operand& x, const Operand& y) {
  for (const auto* operands : {&op.inputs, &op.outputs}) {
    for (const Operand& operand : *operands) {
      if (operand.layout != x.layout) return refuse("cpu/pool: the layouts differ");
    }
  }
  if (window.dilation_h != 1 || window.dilation_w != 1) return refuse("cpu/pool: takes no dilation");
  return {std::make_unique<PoolKernel>(kind, window, op, x, y), {}};
}

}  // namespace

Answer make_pool(const OpCase& op) {
  using Kind = PoolKernel::Kind;
  if (const auto* pool = std::get_if<graph::MaxPool2d>(&op.attributes)) {
    return make(Kind::max, pool->window, op, op.inputs[0], op.outputs[0]);
  }
  if (const auto* pool = std::get_if<graph::AvgPool2d>(&op.attributes)) {
    return make(Kind::average, pool->window, op, op.inputs[0], op.outputs[0]);
  }
  if (const auto* pool = std::get_if<graph::MaxPool2dBackward>(&op.attributes)) {
    return make(Kind::max_backward, pool->window, op, op.inputs[0], op.inputs[1]);
  }
  if (const auto* pool = std::get_if<graph::AvgPool2dBackward>(&op.attributes)) {
    return make(Kind::average_backward, pool->window, op, op.outputs[0], op.inputs[0]);
  }
  return {};
}

}  // namespace sumi::backend::cpu_detail
