// Activations of the ReLU family, sums and products: flat loops, blind to the layout.
#include <limits>
#include <utility>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

template <class Op>
class ElementwiseKernel final : public Kernel {
 public:
  ElementwiseKernel(std::string name, Op op, const OpCase& made_for)
      : name_(std::move(name)),
        op_(op),
        count_(element_count(made_for.outputs[0].shape)),
        threads_(threads_for(count_, made_for.threads)) {}
  std::string name() const override { return "cpu/" + name_; }
  void run(const Arguments& arguments) override {
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(count_, part, threads_);
      op_(arguments, slice.begin, slice.end - slice.begin);
    });
  }

 private:
  std::string name_;
  Op op_;
  std::int64_t count_;
  int threads_;
};

template <class Op>
Answer make(std::string name, Op op, const OpCase& made_for) {
  return {std::make_unique<ElementwiseKernel<Op>>(std::move(name), op, made_for), {}};
}

// False where the kind is not of the ReLU family.
bool as_relu(ActivationKind kind, const ActivationArguments& arguments, Relu& relu) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  relu.limit = static_cast<float>(infinity);
  switch (kind) {
    case ActivationKind::relu:
      relu.slope = static_cast<float>(arguments.negative_slope);
      relu.threshold = static_cast<float>(arguments.threshold);
      relu.limit = static_cast<float>(arguments.max_value.value_or(infinity));
      return true;
    case ActivationKind::relu6:
      relu.limit = 6.0F;
      return true;
    case ActivationKind::leaky_relu:
      relu.slope = static_cast<float>(arguments.negative_slope);
      return true;
    default:
      return false;
  }
}

// Runs the reference on an image as on a flat array: no element-wise function sees the layout.
class FlatReference final : public Kernel {
 public:
  explicit FlatReference(std::unique_ptr<Kernel> kernel) : kernel_(std::move(kernel)) {}
  std::string name() const override { return kernel_->name(); }
  std::size_t scratch_floats() const override { return kernel_->scratch_floats(); }
  void run(const Arguments& arguments) override { kernel_->run(arguments); }

 private:
  std::unique_ptr<Kernel> kernel_;
};

Answer flat_reference(const OpCase& op) {
  OpCase flat{op.attributes, op.inputs, op.outputs, op.threads};
  const Shape shape = {element_count(op.outputs[0].shape)};
  for (Operand& operand : flat.inputs) operand = {shape, graph::Layout::plain, operand.present};
  for (Operand& operand : flat.outputs) operand = {shape, graph::Layout::plain, operand.present};
  return {std::make_unique<FlatReference>(backend::reference().select(flat)), {}};
}

}  // namespace

Answer make_elementwise(const OpCase& op) {
  const KernelTable& k = kernels();
  Relu relu;
  if (const auto* activate = std::get_if<graph::Activate>(&op.attributes)) {
    if (!same_layouts(op)) return refuse("cpu/activation: the output's layout is not the input's");
    if (!as_relu(activate->kind, activate->arguments, relu)) return flat_reference(op);
    return make(
        "relu",
        [&k, relu](const Arguments& a, std::int64_t at, std::int64_t count) {
          k.relu(relu, a.inputs[0] + at, a.outputs[0] + at, count);
        },
        op);
  }
  if (const auto* backward = std::get_if<graph::ActivateBackward>(&op.attributes)) {
    if (!same_layouts(op)) return refuse("cpu/activation_backward: the layouts differ");
    if (!as_relu(backward->kind, backward->arguments, relu)) return flat_reference(op);
    return make(
        "relu_backward",
        [&k, relu](const Arguments& a, std::int64_t at, std::int64_t count) {
          k.relu_backward(relu, a.inputs[0] + at, a.inputs[1] + at, a.outputs[0] + at, count);
        },
        op);
  }
  if (std::holds_alternative<graph::Add>(op.attributes)) {
    if (!same_layouts(op)) return refuse("cpu/add: the layouts differ");
    if (op.inputs.size() < 2) return refuse("cpu/add: fewer than two operands");
    return make(
        "add",
        [&k, operands = op.inputs.size()](const Arguments& a, std::int64_t at, std::int64_t count) {
          k.add(a.inputs[0] + at, a.inputs[1] + at, a.outputs[0] + at, count);
          for (std::size_t i = 2; i < operands; ++i) {
            k.add(a.outputs[0] + at, a.inputs[i] + at, a.outputs[0] + at, count);
          }
        },
        op);
  }
  if (std::holds_alternative<graph::Multiply>(op.attributes)) {
    if (!same_layouts(op)) return refuse("cpu/multiply: the layouts differ");
    return make(
        "multiply",
        [&k](const Arguments& a, std::int64_t at, std::int64_t count) {
          k.multiply(a.inputs[0] + at, a.inputs[1] + at, a.outputs[0] + at, count);
        },
        op);
  }
  return {};
}

}  // namespace sumi::backend::cpu_detail
