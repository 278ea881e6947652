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

template <bool amsgrad, bool nesterov>
struct Adam {
  float learning_rate, rate_1, rate_2, epsilon, mean_weight, gradient_weight;
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
    const V direction = nesterov ? mean_weight * mean + gradient_weight * g : mean;
    store(w + i, load<V>(w + i) - learning_rate * direction / (square_root(square) + epsilon));
  }
};

struct Adamax {
  float learning_rate, rate_1, decay_2, epsilon;
  float* w;
  const float* gradient;
  float* m;
  float* u;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    const V g = load<V>(gradient + i);
    const V mean = move(m + i, g, rate_1);
    const V norm = larger(V(decay_2 * load<V>(u + i)), larger(g, V(-g)));
    store(u + i, norm);
    store(w + i, load<V>(w + i) - learning_rate * mean / (norm + epsilon));
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

struct Adagrad {
  float learning_rate, epsilon;
  float* w;
  const float* gradient;
  float* sum;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    const V g = load<V>(gradient + i);
    const V squares = load<V>(sum + i) + g * g;
    store(sum + i, squares);
    store(w + i, load<V>(w + i) - learning_rate * g / square_root(V(squares + epsilon)));
  }
};

struct Adadelta {
  float learning_rate, rate, epsilon;
  float* w;
  const float* gradient;
  float* square;
  float* step_square;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    const V g = load<V>(gradient + i);
    const V squares = move(square + i, V(g * g), rate);
    const V earlier = load<V>(step_square + i);
    const V descent = g * square_root(V(earlier + epsilon)) / square_root(V(squares + epsilon));
    move(step_square + i, V(descent * descent), rate);
    store(w + i, load<V>(w + i) - learning_rate * descent);
  }
};

struct Lion {
  float learning_rate, decay_1, rate_1, decay_2, rate_2;
  float* w;
  const float* gradient;
  float* m;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    const V g = load<V>(gradient + i);
    const V mean = load<V>(m + i);
    const V direction = decay_1 * mean + rate_1 * g;
    const V below = direction < V{} ? broadcast<V>(-1.0F) : direction;  // zero, or not a number
    const V sign = direction > V{} ? broadcast<V>(1.0F) : below;
    store(w + i, load<V>(w + i) - learning_rate * sign);
    store(m + i, decay_2 * mean + rate_2 * g);
  }
};

/// root: the power is 1/2. Other powers are for single floats only.
template <bool root>
struct Ftrl {
  float learning_rate, power, l1, l2, shrinkage;
  float* w;
  const float* gradient;
  float* sum;
  float* linear;
  template <class V>
  SUMI_INLINE void step(std::int64_t i) const {
    const V g = load<V>(gradient + i);
    const V weight = load<V>(w + i);
    const V before = load<V>(sum + i);
    const V squares = before + g * g;
    const V size = raised(squares);
    const V z = load<V>(linear + i) + (g + shrinkage * weight) - (size - raised(before)) / learning_rate * weight;
    const V clipped = smaller(larger(z, broadcast<V>(-l1)), broadcast<V>(l1));
    store(sum + i, squares);
    store(linear + i, z);
    store(w + i, (clipped - z) / (size / learning_rate + l2));
  }
  template <class V>
  SUMI_INLINE V raised(V x) const {
    if constexpr (root) {
      return square_root(x);
    } else {
      return __builtin_powf(x, power);
    }
  }
};

/// 1 - decay, exact before it is rounded once.
SUMI_INLINE float rest_of(double decay) { return static_cast<float>(1.0 - decay); }

void update(const UpdateRule& rule, float* w, const float* gradient, float* const* slots, std::int64_t begin,
            std::int64_t end) {
  const float lr = rule.learning_rate;
  const float decay_1 = static_cast<float>(rule.beta_1), rate_1 = rest_of(rule.beta_1);
  const float decay_2 = static_cast<float>(rule.beta_2), rate_2 = rest_of(rule.beta_2);
  switch (rule.kind) {
    case UpdateRule::Kind::sgd:
      return for_each(Sgd{lr, w, gradient}, begin, end);
    case UpdateRule::Kind::sgd_momentum:
      return for_each(Momentum<false>{lr, rule.momentum, w, gradient, slots[0]}, begin, end);
    case UpdateRule::Kind::sgd_nesterov:
      return for_each(Momentum<true>{lr, rule.momentum, w, gradient, slots[0]}, begin, end);
    case UpdateRule::Kind::adam:
      return for_each(
          Adam<false, false>{lr, rate_1, rate_2, rule.epsilon, 1, 0, w, gradient, slots[0], slots[1], nullptr}, begin,
          end);
    case UpdateRule::Kind::adam_amsgrad:
      return for_each(
          Adam<true, false>{lr, rate_1, rate_2, rule.epsilon, 1, 0, w, gradient, slots[0], slots[1], slots[2]}, begin,
          end);
    case UpdateRule::Kind::nadam:
      return for_each(Adam<false, true>{lr, rate_1, rate_2, rule.epsilon, rule.mean_weight, rule.gradient_weight, w,
                                        gradient, slots[0], slots[1], nullptr},
                      begin, end);
    case UpdateRule::Kind::adamax:
      return for_each(Adamax{lr, rate_1, decay_2, rule.epsilon, w, gradient, slots[0], slots[1]}, begin, end);
    case UpdateRule::Kind::rmsprop: {
      const bool moving = rule.momentum > 0;
      return for_each(RmsProp{lr, rule.momentum, rate_2, rule.epsilon, w, gradient, slots[0],
                              moving ? slots[1] : nullptr, rule.centered ? slots[moving ? 2 : 1] : nullptr},
                      begin, end);
    }
    case UpdateRule::Kind::adagrad:
      return for_each(Adagrad{lr, rule.epsilon, w, gradient, slots[0]}, begin, end);
    case UpdateRule::Kind::adadelta:
      return for_each(Adadelta{lr, rate_2, rule.epsilon, w, gradient, slots[0], slots[1]}, begin, end);
    case UpdateRule::Kind::lion:
      return for_each(Lion{lr, decay_1, rate_1, decay_2, rate_2, w, gradient, slots[0]}, begin, end);
    case UpdateRule::Kind::ftrl: {
      if (rule.power == 0.5F) {
        return for_each(Ftrl<true>{lr, rule.power, rule.l1, rule.l2, rule.shrinkage, w, gradient, slots[0], slots[1]},
                        begin, end);
      }
      const Ftrl<false> ftrl{lr, rule.power, rule.l1, rule.l2, rule.shrinkage, w, gradient, slots[0], slots[1]};
      for (std::int64_t i = begin; i < end; ++i) ftrl.step<float>(i);
      return;
    }
  }
}
