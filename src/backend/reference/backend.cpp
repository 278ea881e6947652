// The reference as a backend: one float kernel for every op, plain layouts.
#include <algorithm>
#include <utility>

#include "backend/reference/reference.hpp"

namespace sumi::backend {
namespace reference_detail {
namespace {

std::int64_t position(const Shape& s, graph::Layout layout, std::int64_t n, std::int64_t h, std::int64_t w,
                      std::int64_t c) {
  const std::int64_t block = layout == graph::Layout::plain ? s[3] : graph::block_of(layout);
  return (((n * (s[3] / block) + c / block) * s[1] + h) * s[2] + w) * block + c % block;
}

class ReferenceKernel final : public Kernel {
 public:
  explicit ReferenceKernel(const OpCase& op) : attributes_(op.attributes) {
    for (const Operand& operand : op.inputs) operands_.input_shapes.push_back(operand.shape);
    for (const Operand& operand : op.outputs) operands_.output_shapes.push_back(operand.shape);
    operands_.inputs.resize(op.inputs.size());
    operands_.outputs.resize(op.outputs.size());
    scratch_ = scratch_doubles(attributes_, operands_.input_shapes, operands_.output_shapes);
  }
  std::string name() const override { return "reference"; }
  std::size_t scratch_floats() const override { return scratch_ * (sizeof(double) / sizeof(float)); }
  void run(const Arguments& arguments) override {
    std::copy_n(arguments.inputs, operands_.inputs.size(), operands_.inputs.begin());
    std::copy_n(arguments.outputs, operands_.outputs.size(), operands_.outputs.begin());
    operands_.scratch = reinterpret_cast<double*>(arguments.scratch);
    operands_.step = arguments.step;
    reference_detail::run(attributes_, operands_);
  }

 private:
  graph::Attributes attributes_;
  Operands<float> operands_;
  std::size_t scratch_ = 0;
};

class ReorderKernel final : public Kernel {
 public:
  explicit ReorderKernel(const OpCase& op)
      : shape_(op.inputs[0].shape), from_(op.inputs[0].layout), to_(op.outputs[0].layout) {}
  std::string name() const override { return "reference"; }
  void run(const Arguments& arguments) override {
    reorder(shape_, arguments.inputs[0], from_, arguments.outputs[0], to_);
  }

 private:
  Shape shape_;
  graph::Layout from_, to_;
};

// What keeps an op from being run here; empty where nothing does.
std::string refusal_of(const OpCase& op) {
  if (std::holds_alternative<graph::Reorder>(op.attributes)) return {};
  const auto find = [](const std::vector<Operand>& operands, const char* what) -> std::string {
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (!operands[i].present || operands[i].layout == graph::Layout::plain) continue;
      return std::string("reference: takes plain layouts only, but ") + what + " " + std::to_string(i) +
             " is in blocks of " + std::to_string(graph::block_of(operands[i].layout)) + " channels";
    }
    return {};
  };
  const std::string refusal = find(op.inputs, "input");
  return refusal.empty() ? find(op.outputs, "output") : refusal;
}

class ReferenceBackend final : public Backend {
 public:
  std::string name() const override { return "reference"; }
  graph::Layout preferred_layout(const graph::Attributes&, const std::vector<Operand>&, const Operand&) override {
    return graph::Layout::plain;
  }
  bool supports(const OpCase& op) override { return refusal_of(op).empty(); }
  bool fuses(const OpCase& op, bool /*to_be_chosen*/) override { return supports(op); }
  std::unique_ptr<Kernel> select(const OpCase& op, std::vector<std::string>* refusals) override {
    std::string refusal = refusal_of(op);
    if (!refusal.empty()) {
      if (refusals != nullptr) refusals->push_back(std::move(refusal));
      return nullptr;
    }
    const bool image = !op.inputs.empty() && op.inputs[0].shape.size() == 4;
    if (image && std::holds_alternative<graph::Reorder>(op.attributes)) return std::make_unique<ReorderKernel>(op);
    return std::make_unique<ReferenceKernel>(op);
  }
  // One thread, whatever is allowed: the order of its sums is part of its meaning.
  void update(const UpdateRule& rule, float* w, const float* gradient, float* const* slots, std::size_t count,
              int /*threads*/) override {
    reference_detail::update(rule, w, gradient, slots, count);
  }
};

}  // namespace

void reorder(const Shape& shape, const float* from, graph::Layout from_layout, float* to, graph::Layout to_layout) {
  for (std::int64_t n = 0; n < shape[0]; ++n) {
    for (std::int64_t h = 0; h < shape[1]; ++h) {
      for (std::int64_t w = 0; w < shape[2]; ++w) {
        for (std::int64_t c = 0; c < shape[3]; ++c) {
          to[position(shape, to_layout, n, h, w, c)] = from[position(shape, from_layout, n, h, w, c)];
        }
      }
    }
  }
}

}  // namespace reference_detail

Backend& reference() {
  static reference_detail::ReferenceBackend backend;
  return backend;
}

}  // namespace sumi::backend
