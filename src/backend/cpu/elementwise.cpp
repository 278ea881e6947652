// Activations, sums and products: flat loops, blind to the layout.
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
  ElementwiseKernel(std::string name, Op op, const OpCase& made_for, std::int64_t work_per_float)
      : name_(std::move(name)),
        op_(op),
        count_(element_count(made_for.outputs[0].shape)),
        threads_(threads_for(count_ * work_per_float, made_for.threads)) {}
  std::string name() const override { return "cpu/" + name_; }
  void run(const Arguments& arguments) override {
    parallel(threads_, [&](int part) {
      const Slice slice = lines_of(count_, part, threads_);
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
Answer make(std::string name, Op op, const OpCase& made_for, std::int64_t work_per_float = 1) {
  return {std::make_unique<ElementwiseKernel<Op>>(std::move(name), op, made_for, work_per_float), {}};
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

Activation as_activation(ActivationKind kind, const ActivationArguments& arguments) {
  return {kind, static_cast<float>(arguments.alpha), static_cast<float>(arguments.threshold),
          static_cast<float>(arguments.default_value)};
}

// An exponential is some twenty operations.
constexpr std::int64_t work_of_activation = 4;

Answer activate(ActivationKind kind, const ActivationArguments& arguments, const OpCase& op) {
  const KernelTable& k = kernels();
  if (Relu relu; as_relu(kind, arguments, relu)) {
    return make(
        "relu",
        [&k, relu](const Arguments& a, std::int64_t at, std::int64_t count) {
          k.relu(relu, a.inputs[0] + at, a.outputs[0] + at, count);
        },
        op);
  }
  return make(
      ActivationFunction(kind, arguments).name(),
      [&k, activation = as_activation(kind, arguments)](const Arguments& a, std::int64_t at, std::int64_t count) {
        k.activate(activation, a.inputs[0] + at, a.outputs[0] + at, count);
      },
      op, work_of_activation);
}

Answer activate_backward(ActivationKind kind, const ActivationArguments& arguments, const OpCase& op) {
  const KernelTable& k = kernels();
  if (Relu relu; as_relu(kind, arguments, relu)) {
    return make(
        "relu_backward",
        [&k, relu](const Arguments& a, std::int64_t at, std::int64_t count) {
          k.relu_backward(relu, a.inputs[0] + at, a.inputs[1] + at, a.outputs[0] + at, count);
        },
        op);
  }
  return make(
      std::string(ActivationFunction(kind, arguments).name()) + "_backward",
      [&k, activation = as_activation(kind, arguments)](const Arguments& a, std::int64_t at, std::int64_t count) {
        k.activate_backward(activation, a.inputs[0] + at, a.inputs[1] + at, a.outputs[0] + at, count);
      },
      op, work_of_activation);
}

}  // namespace

Answer make_elementwise(const OpCase& op) {
  const KernelTable& k = kernels();
  if (const auto* forward = std::get_if<graph::Activate>(&op.attributes)) {
    if (!same_layouts(op)) return refuse("cpu/activation: the output's layout is not the input's");
    return activate(forward->kind, forward->arguments, op);
  }
  if (const auto* backward = std::get_if<graph::ActivateBackward>(&op.attributes)) {
    if (!same_layouts(op)) return refuse("cpu/activation_backward: the layouts differ");
    return activate_backward(backward->kind, backward->arguments, op);
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
