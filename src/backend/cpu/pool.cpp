// Pooling of images in any layout: a block of channels is an image of its own.
#include "backend/cpu/candidates.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {

Pool pool_of(const graph::Window& window, const Operand& x, const Operand& y) {
  const int block = graph::block_of(x.layout);
  const std::int64_t channels = block == 0 ? x.shape[3] : block;
  return {window, x.shape[1], x.shape[2], y.shape[1], y.shape[2], channels, x.shape[3] / channels};
}

void signs_of(const float* numbers, std::int64_t count, float* signs) {
  for (std::int64_t i = 0; i < count; ++i) signs[i] = numbers[i] < 0 ? -1.0F : 1.0F;
}

namespace {

class PoolKernel final : public Kernel {
 public:
  enum class Kind { max, average, max_backward, average_backward };

  PoolKernel(Kind kind, const graph::Window& window, const OpCase& op, const Operand& x, const Operand& y)
      : kind_(kind), backward_(kind == Kind::max_backward || kind == Kind::average_backward) {
    pool_ = pool_of(window, x, y);
    images_ = x.shape[0] * pool_.groups;
    has_sign_ = kind == Kind::max && op.inputs.size() > 1 && op.inputs[1].present;
    threads_ = threads_for(element_count(x.shape), op.threads);
  }
  std::string name() const override {
    constexpr const char* names[] = {"max_pool", "avg_pool", "max_pool_backward", "avg_pool_backward"};
    return std::string("cpu/") + names[static_cast<int>(kind_)];
  }
  std::size_t scratch_floats() const override {
    return has_sign_ ? static_cast<std::size_t>(pool_.channels * pool_.groups) : 0;
  }
  void run(const Arguments& arguments) override {
    if (has_sign_) signs_of(arguments.inputs[1], pool_.channels * pool_.groups, arguments.scratch);
    parallel(threads_, [&](int part) {
      run_slice(arguments, slice_of(backward_ ? images_ : images_ * pool_.out_height, part, threads_));
    });
  }

 private:
  void run_slice(const Arguments& a, Slice s) const {
    const KernelTable& k = kernels();
    switch (kind_) {
      case Kind::max:
        return k.max_pool(pool_, a.inputs[0], has_sign_ ? a.scratch : nullptr, a.outputs[0], s.begin, s.end);
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
  bool has_sign_ = false;
  Pool pool_;
  std::int64_t images_ = 0;
  int threads_ = 1;
};

// NormChainBackwardData of images.
class ChainKernel final : public Kernel {
 public:
  ChainKernel(const graph::NormChainBackwardData& data, const OpCase& op)
      : channels_(op.inputs[0].shape[3]), threads_(threads_for(element_count(op.inputs[0].shape), op.threads)) {
    chain_.pool = pool_of(data.pool.value_or(graph::Window{}), op.inputs[0], op.inputs[2]);
    chain_.pooled = data.pool.has_value();
    chain_.relu = data.relu;
    images_ = op.inputs[0].shape[0] * chain_.pool.groups;
    has_sign_ = op.inputs[1].present;
  }
  std::string name() const override { return "cpu/norm_chain_backward_data"; }
  std::size_t scratch_floats() const override { return has_sign_ ? static_cast<std::size_t>(channels_) : 0; }
  void run(const Arguments& a) override {
    ChainBackward chain = chain_;
    chain.x = a.inputs[0];
    chain.dy = a.inputs[2];
    chain.map = a.inputs[3];
    chain.dx = a.outputs[0];
    if (has_sign_) {
      signs_of(a.inputs[1], channels_, a.scratch);
      chain.sign = a.scratch;
    }
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(images_, part, threads_);
      kernels().chain_backward(chain, slice.begin, slice.end);
    });
  }

 private:
  ChainBackward chain_;
  std::int64_t channels_, images_;
  int threads_;
  bool has_sign_;
};

Answer make(PoolKernel::Kind kind, const graph::Window& window, const OpCase& op, const Operand& x, const Operand& y) {
  for (const auto* operands : {&op.inputs, &op.outputs}) {
    for (const Operand& operand : *operands) {
      if (operand.shape.size() == 4 && operand.layout != x.layout) return refuse("cpu/pool: the layouts differ");
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
  if (const auto* chain = std::get_if<graph::NormChainBackwardData>(&op.attributes)) {
    for (const Operand* operand : {&op.inputs[2], &op.outputs[0]}) {
      if (operand->layout != op.inputs[0].layout) return refuse("cpu/pool: the layouts differ");
    }
    if (op.inputs[0].shape.size() != 4) return refuse("cpu/norm_chain_backward_data: takes images only");
    return {std::make_unique<ChainKernel>(*chain, op), {}};
  }
  return {};
}

}  // namespace sumi::backend::cpu_detail
