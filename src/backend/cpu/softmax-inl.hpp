// Softmax over rows, and the cross entropy of its input. See simd-inl.hpp for how this file is included.

/// The numbers of a row; those that a mask excludes are -infinity, as is what lies behind the row's end.
template <bool masked>
struct SoftmaxRow {
  static constexpr float nothing = -__builtin_inff();
  const float* x;
  const float* mask;
  std::int64_t size;
  SUMI_INLINE Vec at(std::int64_t i) const { return only_counted(i, load_some(x + i, size - i, nothing), nothing); }
  SUMI_INLINE Vec only_counted(std::int64_t i, Vec v, float otherwise) const {
    if constexpr (!masked) return v;
    return load_some(mask + i, size - i, 0) == Vec{} ? broadcast<Vec>(otherwise) : v;
  }
};

/// The largest number of a row and the sum of exponentials less it, which are written where y is not null.
struct RowSum {
  float most, sum;
};
template <bool masked>
SUMI_INLINE RowSum sum_of_exponentials(const SoftmaxRow<masked>& row, float* y) {
  Vec most = broadcast<Vec>(row.nothing);
  for (std::int64_t i = 0; i < row.size; i += lanes) most = larger(row.at(i), most);
  const float top = most_of(most);
  Vec sums = {};
  for (std::int64_t i = 0; i < row.size; i += lanes) {
    const Vec e = row.only_counted(i, decay(row.at(i) - top), 0);
    sums += e;
    if (y != nullptr) store_some(y + i, e, row.size - i);
  }
  return {top, sum_of(sums)};
}

template <bool masked>
SUMI_INLINE RowSum softmax_row(const SoftmaxRow<masked>& row, float* y) {
  const RowSum sum = sum_of_exponentials(row, y);
  const float scale = 1.0F / sum.sum;
  for (std::int64_t i = 0; i < row.size; i += lanes) {
    store_some(y + i, row.only_counted(i, load_some(y + i, row.size - i, 0) * scale, 0), row.size - i);
  }
  return sum;
}

template <bool masked>
SUMI_INLINE void log_softmax_row(const SoftmaxRow<masked>& row, float* y) {
  const RowSum sum = sum_of_exponentials(row, nullptr);
  const float log_sum = __builtin_logf(sum.sum);
  for (std::int64_t i = 0; i < row.size; i += lanes) {
    store_some(y + i, row.only_counted(i, (row.at(i) - sum.most) - log_sum, row.nothing), row.size - i);
  }
}

template <bool masked>
SUMI_INLINE void softmax_rows(const float* x, const float* mask, float* y, bool log, std::int64_t size,
                              std::int64_t begin, std::int64_t end) {
  for (std::int64_t r = begin; r < end; ++r) {
    const SoftmaxRow<masked> row = {x + r * size, masked ? mask + r * size : nullptr, size};
    if (log) {
      log_softmax_row(row, y + r * size);
    } else {
      softmax_row(row, y + r * size);
    }
  }
}

void softmax(const float* x, const float* mask, float* y, bool log, std::int64_t size, std::int64_t begin,
             std::int64_t end) {
  if (mask == nullptr) {
    softmax_rows<false>(x, mask, y, log, size, begin, end);
  } else {
    softmax_rows<true>(x, mask, y, log, size, begin, end);
  }
}

/// dx = y (dy - sum of y dy).
struct SoftmaxGradient {
  const float* y;
  const float* dy;
  SUMI_INLINE void add(std::int64_t i, std::int64_t count, TwoSums& s) const {
    s.a += load_some(y + i, count, 0) * load_some(dy + i, count, 0);
  }
  SUMI_INLINE Vec result(std::int64_t i, std::int64_t count, float sum) const {
    return load_some(y + i, count, 0) * (load_some(dy + i, count, 0) - sum);
  }
};

/// dx = dy - e^y sum of dy, but for what was excluded, whose logarithm is infinite.
struct LogSoftmaxGradient {
  const float* y;
  const float* dy;
  SUMI_INLINE Vec counted(std::int64_t i, std::int64_t count, Vec v) const {
    return absolute(load_some(y + i, count, 0)) == broadcast<Vec>(__builtin_inff()) ? Vec{} : v;
  }
  SUMI_INLINE void add(std::int64_t i, std::int64_t count, TwoSums& s) const {
    s.a += counted(i, count, load_some(dy + i, count, 0));
  }
  SUMI_INLINE Vec result(std::int64_t i, std::int64_t count, float sum) const {
    return counted(i, count, load_some(dy + i, count, 0) - decay(load_some(y + i, count, 0)) * sum);
  }
};

template <class Gradient>
SUMI_INLINE void softmax_gradient_row(const Gradient& gradient, float* dx, std::int64_t size) {
  const auto sum = static_cast<float>(sums_of_row(gradient, size).a);
  for (std::int64_t i = 0; i < size; i += lanes) {
    store_some(dx + i, gradient.result(i, size - i, sum), size - i);
  }
}

void softmax_backward(const float* y, const float* dy, float* dx, bool log, std::int64_t size, std::int64_t begin,
                      std::int64_t end) {
  for (std::int64_t at = begin * size; at < end * size; at += size) {
    if (log) {
      softmax_gradient_row(LogSoftmaxGradient{y + at, dy + at}, dx + at, size);
    } else {
      softmax_gradient_row(SoftmaxGradient{y + at, dy + at}, dx + at, size);
    }
  }
}

void softmax_cross_entropy(const float* x, const float* labels, float* y, float* values, std::int64_t size,
                           std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row) {
    const RowSum sum = softmax_row(SoftmaxRow<false>{x + row * size, nullptr, size}, y + row * size);
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
