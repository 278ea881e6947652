// Element by element over flat arrays. See simd-inl.hpp for how this file is included.

/// Applies body.step<V>(i) to all of [begin, end): whole vectors first, then single floats.
template <class Body>
SUMI_INLINE void for_each(const Body& body, std::int64_t begin, std::int64_t end) {
  std::int64_t i = begin;
  for (; i + lanes <= end; i += lanes) body.template step<Vec>(i);
  for (; i < end; ++i) body.template step<float>(i);
}

struct PlainRelu {
  Relu relu;
  const float* x;
  float* y;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    store(y + i, smaller(broadcast<V>(relu.limit), larger(V{}, load<V>(x + i))));
  }
};

struct GeneralRelu {
  Relu relu;
  const float* x;
  float* y;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    const V v = load<V>(x + i);
    const V threshold = broadcast<V>(relu.threshold);
    // Not slope * ... where the slope is 0: that would make infinity into no number.
    const V below = relu.slope == 0 ? V{} : relu.slope * (v - threshold);
    store(y + i, v <= threshold ? below : smaller(broadcast<V>(relu.limit), v));
  }
};

void relu(const Relu& relu, const float* x, float* y, std::int64_t count) {
  if (relu.slope == 0 && relu.threshold == 0) {
    for_each(PlainRelu{relu, x, y}, 0, count);
  } else {
    for_each(GeneralRelu{relu, x, y}, 0, count);
  }
}

struct ReluBackward {
  Relu relu;
  const float* x_or_y;
  const float* dy;
  float* dx;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    const V v = load<V>(x_or_y + i);
    const V gradient = load<V>(dy + i);
    const V above = v >= broadcast<V>(relu.limit) ? V{} : gradient;
    store(dx + i, v <= broadcast<V>(relu.threshold) ? relu.slope * gradient : above);
  }
};

void relu_backward(const Relu& relu, const float* x_or_y, const float* dy, float* dx, std::int64_t count) {
  for_each(ReluBackward{relu, x_or_y, dy, dx}, 0, count);
}

struct Sum {
  const float* a;
  const float* b;
  float* y;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    store(y + i, load<V>(a + i) + load<V>(b + i));
  }
};

void add(const float* a, const float* b, float* y, std::int64_t count) { for_each(Sum{a, b, y}, 0, count); }

struct Product {
  const float* a;
  const float* b;
  float* y;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    store(y + i, load<V>(a + i) * load<V>(b + i));
  }
};

void multiply(const float* a, const float* b, float* y, std::int64_t count) { for_each(Product{a, b, y}, 0, count); }
