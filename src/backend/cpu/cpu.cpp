// The fast CPU backend: candidates in a fixed order, the reference last.
#include <algorithm>

#include "backend/backend.hpp"
#include "backend/cpu/candidates.hpp"
#include "backend/cpu/isa.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/onednn.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend {
namespace cpu_detail {

Answer refuse(std::string reason) { return {nullptr, std::move(reason)}; }

bool same_layouts(const OpCase& op) {
  const Operand& x = op.inputs[0];
  for (const auto* operands : {&op.inputs, &op.outputs}) {
    for (const Operand& operand : *operands) {
      if (operand.present && operand.shape == x.shape && operand.layout != x.layout) return false;
    }
  }
  return true;
}

namespace {

// In the order in which they are asked.
constexpr Answer (*candidates[])(const OpCase&) = {
    make_thin_convolution, make_winograd,   make_convolution, make_vector_product, make_matmul,
    make_elementwise,      make_prelu,      make_noise,       make_augmentation,   make_channelwise,
    make_batch_norm,       make_group_norm, make_norm_chain,  make_fold,           make_pool,
    make_margins,          make_upsample,   make_transpose,   make_softmax,        make_pointwise_loss,
    make_reorder};

// A convolution back to its input, which adds the bias to what another kernel has made.
class BiasedKernel final : public Kernel {
 public:
  BiasedKernel(std::unique_ptr<Kernel> conv, std::unique_ptr<Kernel> bias)
      : conv_(std::move(conv)), bias_(std::move(bias)) {}
  std::string name() const override { return conv_->name() + " + bias"; }
  std::size_t scratch_floats() const override { return std::max(conv_->scratch_floats(), bias_->scratch_floats()); }
  std::size_t prepared_floats() const override { return conv_->prepared_floats(); }
  void prepare(const Arguments& a) override { conv_->prepare(a); }
  void run(const Arguments& a) override {
    conv_->run(a);
    const float* const inputs[] = {a.outputs[0], a.inputs[2]};
    bias_->run({inputs, a.outputs, a.scratch, a.step});
  }

 private:
  std::unique_ptr<Kernel> conv_, bias_;
};

// Whether our own kernels take this op in blocked layouts, so that any layout will do.
bool is_layout_blind(const graph::Attributes& attributes) {
  return std::holds_alternative<graph::Activate>(attributes) ||
         std::holds_alternative<graph::ActivateBackward>(attributes) ||
         std::holds_alternative<graph::PRelu>(attributes) || std::holds_alternative<graph::PReluBackward>(attributes) ||
         std::holds_alternative<graph::Add>(attributes) || std::holds_alternative<graph::Multiply>(attributes) ||
         std::holds_alternative<graph::AddBias>(attributes) || std::holds_alternative<graph::Affine>(attributes) ||
         std::holds_alternative<graph::Dropout>(attributes) ||
         std::holds_alternative<graph::GaussianNoise>(attributes) ||
         std::holds_alternative<graph::MaxPool2d>(attributes) ||
         std::holds_alternative<graph::MaxPool2dBackward>(attributes) ||
         std::holds_alternative<graph::AvgPool2d>(attributes) ||
         std::holds_alternative<graph::AvgPool2dBackward>(attributes) ||
         std::holds_alternative<graph::Moments>(attributes) ||
         std::holds_alternative<graph::ChannelAffine>(attributes) ||
         std::holds_alternative<graph::GradientSums>(attributes) ||
         std::holds_alternative<graph::NormChainBackwardData>(attributes) ||
         std::holds_alternative<graph::GroupNorm>(attributes) ||
         std::holds_alternative<graph::GroupNormBackward>(attributes) ||
         std::holds_alternative<graph::BatchNorm>(attributes) ||
         std::holds_alternative<graph::BatchNormBackward>(attributes);
}

// The layout in which our own convolutions make this image: blocks as wide as the machine's vectors.
graph::Layout own_layout(const Operand& image) {
  const graph::Layout layout = active_isa() == Isa::avx512 ? graph::Layout::blocked16
                               : active_isa() == Isa::avx2 ? graph::Layout::blocked8
                                                           : graph::Layout::plain;
  const int block = graph::block_of(layout);
  return block != 0 && image.shape[3] % block == 0 ? layout : graph::Layout::plain;
}

// The case with all images that can be in a layout in that.
OpCase in_layout(OpCase op, graph::Layout layout) {
  const int block = graph::block_of(layout);
  const auto set = [&](std::vector<Operand>& operands, bool output) {
    for (std::size_t i = 0; i < operands.size(); ++i) {
      Operand& operand = operands[i];
      if (operand.shape.size() != 4 || graph::is_kernel(op.attributes, i, output)) continue;
      operand.layout = block != 0 && operand.shape[3] % block == 0 ? layout : graph::Layout::plain;
    }
  };
  set(op.inputs, false);
  set(op.outputs, true);
  return op;
}

class CpuBackend final : public Backend {
 public:
  CpuBackend() { onednn::limit_isa(active_isa()); }

  std::string name() const override { return "cpu/" + isa_name(); }

  graph::Layout preferred_layout(const graph::Attributes& attributes, const std::vector<Operand>& inputs,
                                 const Operand& output) override {
    if (const auto* conv = std::get_if<graph::Conv2d>(&attributes); conv != nullptr && (conv->moments || conv->pool)) {
      return own_layout(output);
    }
    if (const auto* conv = std::get_if<graph::Conv2dBackward>(&attributes)) {
      const graph::Layout layout = own_layout(inputs[0]);
      return layout != graph::Layout::plain ? layout : own_layout(inputs[conv->chain ? 3 : 2]);
    }
    if (std::holds_alternative<graph::Conv2d>(attributes) ||
        std::holds_alternative<graph::Conv2dBackwardData>(attributes)) {
      return preferred_convolution_layout(attributes, inputs, output);
    }
    return is_layout_blind(attributes) ? inputs[0].layout : graph::Layout::plain;
  }

  bool supports(const OpCase& op) override { return select(op, nullptr) != nullptr; }

  bool fuses(const OpCase& op, bool to_be_chosen) override {
    if (select_own(op, nullptr)) return true;
    return to_be_chosen && (select_own(in_layout(op, graph::Layout::blocked16), nullptr) ||
                            select_own(in_layout(op, graph::Layout::blocked8), nullptr));
  }

  std::unique_ptr<Kernel> select(const OpCase& op, std::vector<std::string>* refusals) override {
    auto own = select_own(op, refusals);
    return own ? std::move(own) : reference().select(op, refusals);
  }

  std::unique_ptr<Kernel> select_own(const OpCase& op, std::vector<std::string>* refusals) {
    if (std::holds_alternative<graph::Conv2dBackwardData>(op.attributes) && op.inputs.size() > 2) {
      OpCase conv = op;
      conv.inputs.resize(2);
      auto kernel = select_own(conv, refusals);
      if (!kernel || !op.inputs[2].present) return kernel;
      const graph::Attributes add = graph::AddBias{};
      auto bias = select_own({add, {op.outputs[0], op.inputs[2]}, op.outputs, op.threads}, refusals);
      return bias ? std::make_unique<BiasedKernel>(std::move(kernel), std::move(bias)) : nullptr;
    }
    for (const auto& candidate : candidates) {
      Answer answer = candidate(op);
      if (answer.kernel) return std::move(answer.kernel);
      if (refusals != nullptr && !answer.refusal.empty()) refusals->push_back(std::move(answer.refusal));
    }
    return nullptr;
  }

  void update(const UpdateRule& rule, float* w, const float* gradient, float* const* slots, std::size_t count,
              int threads) override {
    const auto floats = static_cast<std::int64_t>(count);
    const int parts = threads_for(floats, threads);
    parallel(parts, [&](int part) {
      const Slice slice = lines_of(floats, part, parts);
      kernels().update(rule, w, gradient, slots, slice.begin, slice.end);
    });
  }
};

}  // namespace
}  // namespace cpu_detail

Backend& cpu() {
  static cpu_detail::CpuBackend backend;
  return backend;
}

}  // namespace sumi::backend
