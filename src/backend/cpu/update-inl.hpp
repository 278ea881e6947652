// The optimizers' rules over a flat range of weights. See simd-inl.hpp for how this file is included.

/// Moves an average towards `now` and returns it.
template <class V>
SUMI_INLINE V move(float* average, V now, float rate) {
  V v = load<V>(average);
  v += (now - v) * rate;
  store(average, v);
  return v;
}

struct Sgd {
  float learning_rate;
  float* w;
  const float* gradient;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    store(w + i, load<V>(w + i) - learning_rate * load<V>(gradient + i));
  }
};

template <bool nesterov>
struct Momentum {
  float learning_rate, momentum;
  float* w;
  const float* gradient;
  float* m;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    const V descent = learning_rate * load<V>(gradient + i);
    const V velocity = momentum * load<V>(m + i) - descent;
    store(m + i, velocity);
    store(w + i, load<V>(w + i) + (nesterov ? momentum * velocity - descent : velocity));
  }
};

template <bool amsgrad>
struct Adam {
  float learning_rate, rate_1, rate_2, epsilon;
  float* w;
  const float* gradient;
  float* m;
  float* v;
  float* largest;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    const V g = load<V>(gradient + i);
    const V mean = move(m + i, g, rate_1);
    V square = move(v + i, V(g * g), rate_2);
    if constexpr (amsgrad) {
      square = larger(square, load<V>(largest + i));
      store(largest + i, square);
    }
    store(w + i, load<V>(w + i) - learning_rate * mean / (square_root(square) + epsilon));
  }
};

struct RmsProp {
  float learning_rate, momentum, rate, epsilon;
  float* w;
  const float* gradient;
  float* square;
  float* velocity;  // null where momentum is 0
  float* mean;      // null where not centered
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    const V g = load<V>(gradient + i);
    V denominator = move(square + i, V(g * g), rate) + epsilon;
    if (mean != nullptr) {
      const V average = move(mean + i, g, rate);
      denominator -= average * average;
    }
    V descent = learning_rate * g / square_root(denominator);
    if (velocity != nullptr) {
      descent += momentum * load<V>(velocity + i);
      store(velocity + i, descent);
    }
    store(w + i, load<V>(w + i) - descent);
  }
};

/// 1 - decay, exact before it is rounded once.
SUMI_INLINE float rest_of(double decay) { return static_cast<float>(1.0 - decay); }

void update(const UpdateRule& rule, float* w, const float* gradient, float* const* slots, std::int64_t begin,
            std::int64_t end) {
  const float lr = rule.learning_rate;
  const float rate_1 = rest_of(rule.beta_1);
  const float rate_2 = rest_of(rule.beta_2);
  switch (rule.kind) {
    case UpdateRule::Kind::sgd:
      return for_each(Sgd{lr, w, gradient}, begin, end);
    case UpdateRule::Kind::sgd_momentum:
      return for_each(Momentum<false>{lr, rule.momentum, w, gradient, slots[0]}, begin, end);
    case UpdateRule::Kind::sgd_nesterov:
      return for_each(Momentum<true>{lr, rule.momentum, w, gradient, slots[0]}, begin, end);
    case UpdateRule::Kind::adam:
      return for_each(Adam<false>{lr, rate_1, rate_2, rule.epsilon, w, gradient, slots[0], slots[1], nullptr}, begin,
                      end);
    case UpdateRule::Kind::adam_amsgrad:
      return for_each(Adam<true>{lr, rate_1, rate_2, rule.epsilon, w, gradient, slots[0], slots[1], slots[2]}, begin,
                      end);
    case UpdateRule::Kind::rmsprop: {
      const bool moving = rule.momentum > 0;
      return for_each(RmsProp{lr, rule.momentum, rate_2, rule.epsilon, w, gradient, slots[0],
                              moving ? slots[1] : nullptr, rule.centered ? slots[moving ? 2 : 1] : nullptr},
                      begin, end);
    }
  }
}
