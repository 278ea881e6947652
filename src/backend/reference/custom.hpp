// Ops of the user's own. They see floats: in double the operands are rounded on the way in. Views are made anew for
// each run, so that these ops allocate.
#pragma once

#include <type_traits>
#include <vector>

#include "backend/reference/operands.hpp"
#include "sumi/custom_op.hpp"

namespace sumi::backend::reference_detail {

inline std::vector<std::size_t> extents(const Shape& shape) { return {shape.begin(), shape.end()}; }

/// Operands as views of floats. Keeps the copies that this takes, and writes results back when done.
template <class T>
class FloatViews {
 public:
  ConstTensorView reading(const T* data, const Shape& shape) {
    const auto size = static_cast<std::size_t>(element_count(shape));
    if constexpr (std::is_same_v<T, float>) {
      return xt::adapt(static_cast<const float*>(data), size, xt::no_ownership(), extents(shape));
    } else {
      copies_.emplace_back(data, data + size);
      return xt::adapt(static_cast<const float*>(copies_.back().data()), size, xt::no_ownership(), extents(shape));
    }
  }
  TensorView writing(T* data, const Shape& shape) {
    const auto size = static_cast<std::size_t>(element_count(shape));
    if constexpr (std::is_same_v<T, float>) {
      return xt::adapt(static_cast<float*>(data), size, xt::no_ownership(), extents(shape));
    } else {
      copies_.emplace_back(size);
      results_.push_back({copies_.back().data(), data, size});
      return xt::adapt(static_cast<float*>(copies_.back().data()), size, xt::no_ownership(), extents(shape));
    }
  }
  void write_back() const {
    for (const Result& result : results_) std::copy_n(result.from, result.size, result.to);
  }

 private:
  struct Result {
    const float* from;
    T* to;
    std::size_t size;
  };
  std::vector<std::vector<float>> copies_;
  std::vector<Result> results_;
};

template <class T>
void compute(const graph::Custom& op, const Operands<T>& o) {
  FloatViews<T> views;
  std::vector<ConstTensorView> inputs;
  for (std::size_t i = 0; i < o.inputs.size(); ++i) inputs.push_back(views.reading(o.inputs[i], o.input_shapes[i]));
  TensorView output = views.writing(o.outputs[0], o.output_shapes[0]);
  op.op->forward(inputs, output);
  views.write_back();
}

template <class T>
void compute(const graph::CustomBackward& op, const Operands<T>& o) {
  FloatViews<T> views;
  std::vector<ConstTensorView> inputs;
  std::vector<TensorView> gradients;
  const std::size_t count = o.outputs.size();
  for (std::size_t i = 0; i < count; ++i) {
    inputs.push_back(views.reading(o.inputs[i], o.input_shapes[i]));
    gradients.push_back(views.writing(o.outputs[i], o.output_shapes[i]));
  }
  const ConstTensorView output = views.reading(o.inputs[count], o.input_shapes[count]);
  const ConstTensorView output_gradient = views.reading(o.inputs[count + 1], o.input_shapes[count + 1]);
  op.op->backward(inputs, output, output_gradient, gradients);
  views.write_back();
}

}  // namespace sumi::backend::reference_detail
