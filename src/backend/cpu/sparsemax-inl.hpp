// Sparsemax over rows and its gradient. See simd-inl.hpp for how this file is included.

/// Sum and number of what lies above a threshold, in numbers from which the row's largest was taken.
struct AboveThreshold {
  const float* x;
  float most, threshold;
  SUMI_INLINE void add(std::int64_t i, std::int64_t count, TwoSums& s) const {
    const Vec v = load_some(x + i, count, -__builtin_inff()) - most;
    const Vec least = broadcast<Vec>(threshold);
    s.a += v > least ? v : Vec{};
    s.b += v > least ? broadcast<Vec>(1.0F) : Vec{};
  }
};

/// The threshold t is where the numbers above it exceed it by 1 together. From below: with -1, which is no larger, and
/// the numbers above it, (their sum - 1) / their number is again no larger; once it leaves out no more, it is t.
void sparsemax(const float* x, float* y, std::int64_t size, std::int64_t begin, std::int64_t end) {
  for (std::int64_t at = begin * size; at < end * size; at += size) {
    Vec most = broadcast<Vec>(-__builtin_inff());
    for (std::int64_t i = 0; i < size; i += lanes) {
      most = larger(load_some(x + at + i, size - i, -__builtin_inff()), most);
    }
    const float top = most_of(most);
    float threshold = -1;
    auto numbers = static_cast<double>(size + 1);
    for (;;) {
      const RowSums above = sums_of_row(AboveThreshold{x + at, top, threshold}, size);
      if (above.b >= numbers) break;
      numbers = above.b;
      threshold = static_cast<float>((above.a - 1) / above.b);
    }
    for (std::int64_t i = 0; i < size; i += lanes) {
      const Vec over = (load_some(x + at + i, size - i, 0) - top) - threshold;
      store_some(y + at + i, larger(Vec{}, over), size - i);
    }
  }
}

/// Sum of dy and number of elements where y is not 0.
struct SparsemaxGradient {
  const float* y;
  const float* dy;
  SUMI_INLINE void add(std::int64_t i, std::int64_t count, TwoSums& s) const {
    const Vec v = load_some(y + i, count, 0);
    s.a += v == Vec{} ? Vec{} : load_some(dy + i, count, 0);
    s.b += v == Vec{} ? Vec{} : broadcast<Vec>(1.0F);
  }
};

void sparsemax_backward(const float* y, const float* dy, float* dx, std::int64_t size, std::int64_t begin,
                        std::int64_t end) {
  for (std::int64_t at = begin * size; at < end * size; at += size) {
    const RowSums sums = sums_of_row(SparsemaxGradient{y + at, dy + at}, size);
    const auto mean = static_cast<float>(sums.a / sums.b);
    for (std::int64_t i = 0; i < size; i += lanes) {
      const Vec v = load_some(y + at + i, size - i, 0), gradient = load_some(dy + at + i, size - i, 0);
      store_some(dx + at + i, v == Vec{} ? Vec{} : gradient - mean, size - i);
    }
  }
}
