// Softmax, its logarithm and sparsemax over the last axes, the cross entropy of softmax's input where the plan joined
// them, glu, and the gradients of all.
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/row_kernel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// An exponential is some twenty operations.
constexpr std::int64_t work_of_exponential = 4;

// The size of a row where the axes are the last ones, otherwise 0.
std::int64_t row_size(const Shape& shape, const std::vector<int>& axes) {
  std::int64_t size = 1;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = shape.size() - axes.size() + i;
    if (axes[i] != static_cast<int>(axis)) return 0;
    size *= shape[axis];
  }
  return size;
}

Answer make_forward(const graph::Softmax& softmax, const OpCase& op) {
  const std::int64_t size = row_size(op.inputs[0].shape, softmax.axes);
  if (size == 0) return refuse("cpu/softmax: takes the last axes only");
  const bool masked = op.inputs.size() > 1 && op.inputs[1].present;
  return make_row_kernel(softmax.log ? "log_softmax" : "softmax", op, size, work_of_exponential,
                         [size, masked, log = softmax.log](const Arguments& a, std::int64_t begin, std::int64_t end) {
                           kernels().softmax(a.inputs[0], masked ? a.inputs[1] : nullptr, a.outputs[0], log, size,
                                             begin, end);
                         });
}

Answer make_backward(const graph::SoftmaxBackward& softmax, const OpCase& op) {
  const std::int64_t size = row_size(op.inputs[0].shape, softmax.axes);
  if (size == 0) return refuse("cpu/softmax_backward: takes the last axes only");
  return make_row_kernel(softmax.log ? "log_softmax_backward" : "softmax_backward", op, size,
                         softmax.log ? work_of_exponential : 1,
                         [size, log = softmax.log](const Arguments& a, std::int64_t begin, std::int64_t end) {
                           kernels().softmax_backward(a.inputs[0], a.inputs[1], a.outputs[0], log, size, begin, end);
                         });
}

}  // namespace

Answer make_softmax(const OpCase& op) {
  if (const auto* softmax = std::get_if<graph::Softmax>(&op.attributes)) return make_forward(*softmax, op);
  if (const auto* softmax = std::get_if<graph::SoftmaxBackward>(&op.attributes)) return make_backward(*softmax, op);
  if (op.inputs.empty() || op.inputs[0].shape.empty()) return {};
  const std::int64_t size = op.inputs[0].shape.back();
  if (std::holds_alternative<graph::SoftmaxCrossEntropy>(op.attributes)) {
    return make_row_kernel("softmax_cross_entropy", op, size, work_of_exponential,
                           [size](const Arguments& a, std::int64_t begin, std::int64_t end) {
                             kernels().softmax_cross_entropy(a.inputs[0], a.inputs[1], a.outputs[0], a.outputs[1], size,
                                                             begin, end);
                           });
  }
  if (std::holds_alternative<graph::SoftmaxCrossEntropyBackward>(op.attributes)) {
    return make_row_kernel("softmax_cross_entropy_backward", op, size, 1,
                           [size](const Arguments& a, std::int64_t begin, std::int64_t end) {
                             kernels().softmax_cross_entropy_backward(a.inputs[0], a.inputs[1], a.inputs[2],
                                                                      a.outputs[0], size, begin, end);
                           });
  }
  if (std::holds_alternative<graph::Sparsemax>(op.attributes)) {
    return make_row_kernel("sparsemax", op, size, work_of_exponential,
                           [size](const Arguments& a, std::int64_t begin, std::int64_t end) {
                             kernels().sparsemax(a.inputs[0], a.outputs[0], size, begin, end);
                           });
  }
  if (std::holds_alternative<graph::SparsemaxBackward>(op.attributes)) {
    return make_row_kernel("sparsemax_backward", op, size, 1,
                           [size](const Arguments& a, std::int64_t begin, std::int64_t end) {
                             kernels().sparsemax_backward(a.inputs[0], a.inputs[1], a.outputs[0], size, begin, end);
                           });
  }
  if (std::holds_alternative<graph::Glu>(op.attributes)) {
    return make_row_kernel("glu", op, size, work_of_exponential,
                           [size](const Arguments& a, std::int64_t begin, std::int64_t end) {
                             kernels().glu(a.inputs[0], a.outputs[0], size / 2, begin, end);
                           });
  }
  if (std::holds_alternative<graph::GluBackward>(op.attributes)) {
    return make_row_kernel("glu_backward", op, size, work_of_exponential,
                           [size](const Arguments& a, std::int64_t begin, std::int64_t end) {
                             kernels().glu_backward(a.inputs[0], a.inputs[1], a.outputs[0], size / 2, begin, end);
                           });
  }
  return {};
}

}  // namespace sumi::backend::cpu_detail
