// Softmax over one or several axes, its logarithm, sparsemax, and the gradients of all three.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "backend/reference/operands.hpp"

namespace sumi::backend::reference_detail {

/// The elements that share one sum: those that differ only in the given axes.
class Group {
 public:
  Group(const Shape& shape, const std::vector<int>& axes) : shape_(shape), axes_(axes) {
    for (const int axis : axes) size_ *= shape[static_cast<std::size_t>(axis)];
  }
  /// Whether the element is the first of its group.
  bool begins_at(std::int64_t index) const {
    return std::all_of(axes_.begin(), axes_.end(), [&](int axis) {
      const auto at = static_cast<std::size_t>(axis);
      return index / stride_of(shape_, at) % shape_[at] == 0;
    });
  }
  /// Calls f(index) for all elements of the group that begins at `first`.
  template <class F>
  void for_each(std::int64_t first, F f) const {
    for (std::int64_t i = 0; i < size_; ++i) {
      std::int64_t index = first;
      std::int64_t rest = i;
      for (std::size_t k = axes_.size(); k-- > 0;) {
        const auto at = static_cast<std::size_t>(axes_[k]);
        index += rest % shape_[at] * stride_of(shape_, at);
        rest /= shape_[at];
      }
      f(index);
    }
  }

 private:
  const Shape& shape_;
  const std::vector<int>& axes_;
  std::int64_t size_ = 1;
};

template <class T>
void compute(const graph::Softmax& op, const Operands<T>& o) {
  const T* x = o.inputs[0];
  const T* mask = input(o, 1);
  const auto counts = [&](std::int64_t i) { return mask == nullptr || mask[i] != T(0); };
  constexpr double excluded = -std::numeric_limits<double>::infinity();
  const Group group(o.input_shapes[0], op.axes);
  for (std::int64_t first = 0; first < output_count(o, 0); ++first) {
    if (!group.begins_at(first)) continue;
    double most = excluded;
    group.for_each(first, [&](std::int64_t i) {
      if (counts(i) && !(x[i] <= most)) most = static_cast<double>(x[i]);
    });
    double sum = 0;
    group.for_each(first, [&](std::int64_t i) { sum += counts(i) ? std::exp(x[i] - most) : 0.0; });
    group.for_each(first, [&](std::int64_t i) {
      const double log_y = counts(i) ? x[i] - most - std::log(sum) : excluded;
      o.outputs[0][i] = static_cast<T>(op.log ? log_y : counts(i) ? std::exp(x[i] - most) / sum : 0.0);
    });
  }
}

template <class T>
void compute(const graph::SoftmaxBackward& op, const Operands<T>& o) {
  const T* y = o.inputs[0];
  const T* dy = o.inputs[1];
  const Group group(o.input_shapes[0], op.axes);
  for (std::int64_t first = 0; first < output_count(o, 0); ++first) {
    if (!group.begins_at(first)) continue;
    // An excluded element has the value 0, or -infinity as a logarithm, and takes no part.
    const auto counts = [&](std::int64_t i) { return !op.log || std::isfinite(y[i]) || std::isnan(y[i]); };
    double sum = 0;
    group.for_each(first, [&](std::int64_t i) {
      if (counts(i)) sum += op.log ? static_cast<double>(dy[i]) : static_cast<double>(dy[i]) * y[i];
    });
    group.for_each(first, [&](std::int64_t i) {
      const double dx = op.log ? dy[i] - std::exp(static_cast<double>(y[i])) * sum : y[i] * (dy[i] - sum);
      o.outputs[0][i] = static_cast<T>(counts(i) ? dx : 0.0);
    });
  }
}

template <class T>
void compute(const graph::Sparsemax& /*op*/, const Operands<T>& o) {
  const std::int64_t size = o.input_shapes[0].back();
  Scratch scratch(o, size);
  for (std::int64_t first = 0; first < output_count(o, 0); first += size) {
    const T* x = o.inputs[0] + first;
    double* sorted = scratch.data();
    std::copy_n(x, size, sorted);
    std::sort(sorted, sorted + size, std::greater<>());
    // The largest k numbers stay above 0 where the k-th still does; all lose the same, so that 1 is left.
    double threshold = 0;
    double sum = 0;
    for (std::int64_t k = 0; k < size; ++k) {
      sum += sorted[k];
      const double lost = (sum - 1.0) / static_cast<double>(k + 1);
      if (sorted[k] > lost) threshold = lost;
    }
    for (std::int64_t i = 0; i < size; ++i) {
      o.outputs[0][first + i] = static_cast<T>(std::max(static_cast<double>(x[i]) - threshold, 0.0));
    }
  }
}

template <class T>
void compute(const graph::SparsemaxBackward& /*op*/, const Operands<T>& o) {
  const std::int64_t size = o.input_shapes[0].back();
  for (std::int64_t first = 0; first < output_count(o, 0); first += size) {
    const T* y = o.inputs[0] + first;
    const T* dy = o.inputs[1] + first;
    double sum = 0;
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < size; ++i) {
      if (y[i] == T(0)) continue;
      sum += static_cast<double>(dy[i]);
      ++count;
    }
    for (std::int64_t i = 0; i < size; ++i) {
      const double dx = y[i] == T(0) ? 0.0 : dy[i] - sum / static_cast<double>(count);
      o.outputs[0][first + i] = static_cast<T>(dx);
    }
  }
}

}  // namespace sumi::backend::reference_detail
