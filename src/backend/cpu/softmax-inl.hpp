// Softmax over rows, and the cross entropy of its input. See simd-inl.hpp for how this file is included.

/// Writes the softmax of one row. Returns its largest number and the sum of exponentials less it.
struct RowSum {
  float most, sum;
};
SUMI_INLINE RowSum softmax_row(const float* x, float* y, std::int64_t size) {
  constexpr float nothing = -__builtin_inff();
  Vec most = broadcast<Vec>(nothing);
  for (std::int64_t i = 0; i < size; i += lanes) most = larger(load_some(x + i, size - i, nothing), most);
  const float top = most_of(most);
  Vec sums = {};
  for (std::int64_t i = 0; i < size; i += lanes) {
    const Vec e = exponential(load_some(x + i, size - i, nothing) - top);
    sums += e;
    store_some(y + i, e, size - i);
  }
  const float sum = sum_of(sums);
  for (std::int64_t i = 0; i < size; i += lanes) store_some(y + i, Vec(load_some(y + i, size - i, 0) / sum), size - i);
  return {top, sum};
}

void softmax(const float* x, float* y, std::int64_t size, std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row) softmax_row(x + row * size, y + row * size, size);
}

void softmax_cross_entropy(const float* x, const float* labels, float* y, float* values, std::int64_t size,
                           std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row) {
    const RowSum sum = softmax_row(x + row * size, y + row * size, size);
    const float label = labels[row];
    const bool valid = label >= 0 && label < static_cast<float>(size);
    values[row] = valid ? __builtin_logf(sum.sum) - (x[row * size + static_cast<std::int64_t>(label)] - sum.most)
                        : __builtin_nanf("");
  }
}

void softmax_cross_entropy_backward(const float* y, const float* labels, const float* dvalues, float* dx,
                                    std::int64_t size, std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row) {
    const float* from = y + row * size;
    float* to = dx + row * size;
    for (std::int64_t i = 0; i < size; i += lanes) {
      store_some(to + i, Vec(load_some(from + i, size - i, 0) * dvalues[row]), size - i);
    }
    const float label = labels[row];
    const bool valid = label >= 0 && label < static_cast<float>(size);
    const std::int64_t at = valid ? static_cast<std::int64_t>(label) : 0;
    to[at] = valid ? (from[at] - 1.0F) * dvalues[row] : __builtin_nanf("");
  }
}
