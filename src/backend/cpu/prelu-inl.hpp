// PReLU and its gradients: slopes below 0 that are weights. See simd-inl.hpp for how this file is included.

template <class V>
SUMI_INLINE V prelu_of(V x, V alpha) {
  return x > V{} ? x : alpha * x;
}
/// dx; at 0 it is 0, and no number where x is none.
template <class V>
SUMI_INLINE V prelu_gradient(V x, V alpha, V dy) {
  const V below = x < V{} ? alpha * dy : x * 0.0F;
  return x > V{} ? dy : below;
}
/// What an element adds to the gradient of alpha.
template <class V>
SUMI_INLINE V prelu_slope_gradient(V x, V dy) {
  return x > V{} ? V{} : x * dy;
}

struct PReluBody {
  const float* x;
  const float* alpha;
  float* y;
  template <class V>
  struct Parameters {
    V alpha;
  };
  template <class V>
  SUMI_INLINE Parameters<V> parameters(std::int64_t c) const {
    return {load<V>(alpha + c)};
  }
  template <class V>
  SUMI_INLINE void step(std::int64_t i, const Parameters<V>& p) const {
    store(y + i, prelu_of(load<V>(x + i), p.alpha));
  }
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    step(i, parameters<V>(i));
  }
};

void prelu(const float* x, const float* alpha, float* y, std::int64_t count, std::int64_t period) {
  for_each_periodic(PReluBody{x, alpha, y}, count, period);
}

void prelu_sample(const float* x, const float* alpha, float* y, std::int64_t count) {
  for_each(PReluBody{x, alpha, y}, 0, count);
}

struct PReluBackwardBody {
  struct State {
    Vec alpha;
  };
  using Sums = OneSum;
  const float* x;
  const float* alpha;
  const float* dy;
  float* dx;
  double* sums;
  SUMI_INLINE State start(std::int64_t /*begin*/, std::int64_t /*rows*/, std::int64_t /*period*/,
                          std::int64_t column) const {
    return {load<Vec>(alpha + column)};
  }
  SUMI_INLINE void step(std::int64_t i, const State& state, Sums& s) const {
    const Vec v = load<Vec>(x + i), gradient = load<Vec>(dy + i);
    if (dx != nullptr) store(dx + i, prelu_gradient(v, state.alpha, gradient));
    s.a += prelu_slope_gradient(v, gradient);
  }
  SUMI_INLINE void finish(std::int64_t column, std::int64_t /*rows*/, const State& /*state*/, const Sums& s) const {
    accumulate(sums + column, s.a);
  }
  SUMI_INLINE void single(std::int64_t i, std::int64_t column) const {
    const float v = x[i], gradient = dy[i];
    if (dx != nullptr) dx[i] = prelu_gradient(v, alpha[column], gradient);
    sums[column] += static_cast<double>(prelu_slope_gradient(v, gradient));
  }
};

void prelu_backward(const float* x, const float* alpha, const float* dy, float* dx, std::int64_t count,
                    std::int64_t period, double* sums) {
  reduce(PReluBackwardBody{x, alpha, dy, dx, sums}, count, period);
}

struct PReluSampleBackwardBody {
  const float* x;
  const float* alpha;
  const float* dy;
  float* dx;
  float* sums;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    const V v = load<V>(x + i), gradient = load<V>(dy + i);
    if (dx != nullptr) store(dx + i, prelu_gradient(v, load<V>(alpha + i), gradient));
    store(sums + i, V(load<V>(sums + i) + prelu_slope_gradient(v, gradient)));
  }
};

void prelu_sample_backward(const float* x, const float* alpha, const float* dy, float* dx, std::int64_t count,
                           float* sums) {
  for_each(PReluSampleBackwardBody{x, alpha, dy, dx, sums}, 0, count);
}
