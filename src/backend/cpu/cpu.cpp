// The fast CPU backend: candidates in a fixed order, the reference last.
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
constexpr Answer (*candidates[])(const OpCase&) = {make_winograd,    make_convolution, make_matmul, make_elementwise,
                                                   make_channelwise, make_batch_norm,  make_pool,   make_reorder};

// Whether our own kernels take this op in blocked layouts, so that any layout will do.
bool is_layout_blind(const graph::Attributes& attributes) {
  return std::holds_alternative<graph::Activate>(attributes) ||
         std::holds_alternative<graph::ActivateBackward>(attributes) ||
         std::holds_alternative<graph::Add>(attributes) || std::holds_alternative<graph::Multiply>(attributes) ||
         std::holds_alternative<graph::AddBias>(attributes) || std::holds_alternative<graph::Affine>(attributes) ||
         std::holds_alternative<graph::MaxPool2d>(attributes) ||
         std::holds_alternative<graph::MaxPool2dBackward>(attributes) ||
         std::holds_alternative<graph::AvgPool2d>(attributes) ||
         std::holds_alternative<graph::AvgPool2dBackward>(attributes) ||
         std::holds_alternative<graph::BatchNorm>(attributes) ||
         std::holds_alternative<graph::BatchNormBackward>(attributes);
}

class CpuBackend final : public Backend {
 public:
  CpuBackend() { onednn::limit_isa(active_isa()); }

  std::string name() const override { return "cpu/" + isa_name(); }

  graph::Layout preferred_layout(const graph::Attributes& attributes, const std::vector<Operand>& inputs,
                                 const Operand& output) override {
    if (std::holds_alternative<graph::Conv2d>(attributes) ||
        std::holds_alternative<graph::Conv2dBackwardData>(attributes)) {
      return preferred_convolution_layout(attributes, inputs, output);
    }
    return is_layout_blind(attributes) ? inputs[0].layout : graph::Layout::plain;
  }

  bool supports(const OpCase& op) override { return select(op, nullptr) != nullptr; }

  std::unique_ptr<Kernel> select(const OpCase& op, std::vector<std::string>* refusals) override {
    for (const auto& candidate : candidates) {
      Answer answer = candidate(op);
      if (answer.kernel) return std::move(answer.kernel);
      if (refusals != nullptr && !answer.refusal.empty()) refusals->push_back(std::move(answer.refusal));
    }
    return reference().select(op, refusals);
  }

  void update(const UpdateRule& rule, float* w, const float* gradient, float* const* slots, std::size_t count,
              int threads) override {
    const auto floats = static_cast<std::int64_t>(count);
    const int parts = threads_for(floats, threads);
    // In steps of 16, so that threads share no cache line and the weights' division into vectors stays the same.
    const std::int64_t lines = (floats + 15) / 16;
    parallel(parts, [&](int part) {
      const Slice slice = slice_of(lines, part, parts);
      const std::int64_t end = slice.end * 16 < floats ? slice.end * 16 : floats;
      kernels().update(rule, w, gradient, slots, slice.begin * 16, end);
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
