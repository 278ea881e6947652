// The gated linear unit over rows, and its gradient. See simd-inl.hpp for how this file is included.

/// Rows [begin, end) of y, each of `half` numbers.
void glu(const float* x, float* y, std::int64_t half, std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row) {
    const float* value = x + 2 * row * half;
    for (std::int64_t i = 0; i < half; i += lanes) {
      const Vec gate = sigmoid(load_some(value + half + i, half - i, 0));
      store_some(y + row * half + i, Vec(load_some(value + i, half - i, 0) * gate), half - i);
    }
  }
}

void glu_backward(const float* x, const float* dy, float* dx, std::int64_t half, std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row) {
    const float* value = x + 2 * row * half;
    float* to = dx + 2 * row * half;
    for (std::int64_t i = 0; i < half; i += lanes) {
      const std::int64_t count = half - i;
      const Sigmoids gate = sigmoids(load_some(value + half + i, count, 0));
      const Vec gated = load_some(dy + row * half + i, count, 0) * gate.of;
      const Vec gradient = gated * load_some(value + i, count, 0) * gate.of_negative;
      store_some(to + i, gated, count);
      store_some(to + half + i, gradient, count);
    }
  }
}
