// Element-wise functions beside the ReLU family, and their derivatives. See simd-inl.hpp for how this file is included.
//
// Each is a struct: value(x), and slope(v), where v is the function's value where graph::reads_output() says so,
// otherwise its argument. They are right within some ten units of rounding of the result unless they say more, and take
// any float: infinities and what is no number give what the reference makes of them.

struct Identity {
  SUMI_INLINE Vec value(Vec x) const { return x; }
  SUMI_INLINE Vec slope(Vec /*x*/) const { return broadcast<Vec>(1.0F); }
};

/// above * x, or below * (e^x - 1): elu and selu.
struct Elu {
  float above, below;
  SUMI_INLINE Vec value(Vec x) const { return x > Vec{} ? above * x : below * exponential_less_one(x); }
  SUMI_INLINE Vec slope(Vec x) const { return x > Vec{} ? broadcast<Vec>(above) : below * decay(x); }
};

/// alpha may be negative: then nothing bounds what happens below 0. An argument x / alpha of some size is rounded, and
/// e^x takes over so many units.
struct Celu {
  float alpha;
  SUMI_INLINE Vec value(Vec x) const {
    const Vec scaled = x / alpha;
    const Vec most = broadcast<Vec>(88.7F);
    const Vec less_one = exponential_less_one(smaller(most, scaled));
    return x > Vec{} ? x : alpha * (scaled > most ? broadcast<Vec>(__builtin_inff()) : less_one);
  }
  SUMI_INLINE Vec slope(Vec x) const { return x > Vec{} ? broadcast<Vec>(1.0F) : exponential(x / alpha); }
};

/// x times the normal distribution, whose part P(-|x|) is e^(-x^2 / 2) t p(t), t = 1 / (1 + 0.3 |x|), with the
/// polynomial p that is nearest for |x| <= 13.5 (minimax, relative error 2e-8). x^2 / 2 is rounded: x^2 more units.
struct Gelu {
  struct Normal {
    Vec distribution, density;
  };
  SUMI_INLINE Normal normal(Vec x) const {
    const Vec e = decay(-0.5F * x * x);
    const Vec t = 1.0F / (1.0F + 0.3F * absolute(x));
    Vec p = t * -0.0205946192F + 0.112273261F;
    p = p * t - 0.227816895F;
    p = p * t + 0.191233233F;
    p = p * t - 0.0789442807F;
    p = p * t + 0.0958871916F;
    p = p * t + 0.0784876347F;
    p = p * t + 0.110213302F;
    p = p * t + 0.119574629F;
    p = p * t + 0.119686544F;
    const Vec rest = e * (t * p);
    return {x > Vec{} ? 1.0F - rest : rest, 0.398942280F * e};
  }
  SUMI_INLINE Vec value(Vec x) const { return x * normal(x).distribution; }
  SUMI_INLINE Vec slope(Vec x) const {
    const Normal at = normal(x);
    return at.distribution + x * at.density;
  }
};

/// 0.5 x (1 + tanh u) = x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3). 2 u is rounded: |2 u| more units.
struct GeluTanh {
  static constexpr float linear = 1.59576912F;  // 2 sqrt(2 / pi)
  static constexpr float cubic = linear * 0.044715F;
  SUMI_INLINE Vec value(Vec x) const { return x * sigmoid(x * (linear + cubic * x * x)); }
  SUMI_INLINE Vec slope(Vec x) const {
    const Vec square = smaller(broadcast<Vec>(1e30F), x * x);  // whose product with 0 is 0
    const Sigmoids s = sigmoids(x * (linear + cubic * square));
    return s.of + s.of * s.of_negative * x * (linear + 3.0F * cubic * square);
  }
};

struct Silu {
  SUMI_INLINE Vec value(Vec x) const { return x * sigmoid(x); }
  SUMI_INLINE Vec slope(Vec x) const {
    const Sigmoids s = sigmoids(x);
    return s.of * (1.0F + x * s.of_negative);
  }
};

struct Sigmoid {
  SUMI_INLINE Vec value(Vec x) const { return sigmoid(x); }
  SUMI_INLINE Vec slope(Vec y) const { return y * (1.0F - y); }
};

struct Tanh {
  SUMI_INLINE Vec value(Vec x) const { return hyperbolic_tangent(x); }
  SUMI_INLINE Vec slope(Vec y) const { return (1.0F - y) * (1.0F + y); }
};

struct Exponential {
  SUMI_INLINE Vec value(Vec x) const { return exponential(x); }
  SUMI_INLINE Vec slope(Vec y) const { return y; }
};

SUMI_INLINE Vec softplus(Vec x) { return larger(x, Vec{}) + logarithm_of_one_plus(decay(-absolute(x))); }

struct Softplus {
  SUMI_INLINE Vec value(Vec x) const { return softplus(x); }
  SUMI_INLINE Vec slope(Vec x) const { return sigmoid(x); }
};

struct LogSigmoid {
  SUMI_INLINE Vec value(Vec x) const { return -softplus(-x); }
  SUMI_INLINE Vec slope(Vec x) const { return sigmoid(-x); }
};

struct Softsign {
  SUMI_INLINE Vec value(Vec x) const { return x / (1.0F + absolute(x)); }
  SUMI_INLINE Vec slope(Vec x) const {
    const Vec unit = 1.0F / (1.0F + absolute(x));
    return unit * unit;
  }
};

/// relu6(x + 3) / 6.
SUMI_INLINE Vec gate(Vec x) { return smaller(broadcast<Vec>(6.0F), larger(Vec{}, x + 3.0F)) * (1.0F / 6); }

struct HardSigmoid {
  SUMI_INLINE Vec value(Vec x) const { return gate(x); }
  SUMI_INLINE Vec slope(Vec x) const { return absolute(x) < broadcast<Vec>(3.0F) ? broadcast<Vec>(1.0F / 6) : Vec{}; }
};

struct HardSilu {
  SUMI_INLINE Vec value(Vec x) const { return x * gate(x); }
  SUMI_INLINE Vec slope(Vec x) const {
    const Vec inside = x * (1.0F / 3) + 0.5F;
    const Vec below = x < broadcast<Vec>(-3.0F) ? Vec{} : inside;
    return x > broadcast<Vec>(3.0F) ? broadcast<Vec>(1.0F) : below;
  }
};

struct HardTanh {
  SUMI_INLINE Vec value(Vec x) const { return smaller(broadcast<Vec>(1.0F), larger(broadcast<Vec>(-1.0F), x)); }
  SUMI_INLINE Vec slope(Vec x) const { return absolute(x) < broadcast<Vec>(1.0F) ? broadcast<Vec>(1.0F) : Vec{}; }
};

/// x tanh(ln(1 + e^x)) = x n / (n + d), where n = 1 + 2 w, d = 2 w^2 for x >= 0, n = w (w + 2), d = 2 below 0, and
/// w = e^-|x|.
struct Mish {
  struct Parts {
    Vec w, n, d;
  };
  SUMI_INLINE Parts parts(Vec x) const {
    const Vec w = decay(-absolute(x));
    return {w, x >= Vec{} ? 1.0F + 2.0F * w : w * (w + 2.0F), x >= Vec{} ? 2.0F * w * w : broadcast<Vec>(2.0F)};
  }
  SUMI_INLINE Vec value(Vec x) const {
    const Parts p = parts(x);
    return x * (p.n / (p.n + p.d));
  }
  /// t + x (1 - t^2) sigmoid(x), t = n / (n + d): 1 - t^2 = d (2 n + d) / (n + d)^2.
  SUMI_INLINE Vec slope(Vec x) const {
    const Parts p = parts(x);
    const Vec sum = p.n + p.d;
    const Vec unit = 1.0F / (sum * sum * (1.0F + p.w));
    const Vec sigmoid_above = x >= Vec{} ? broadcast<Vec>(1.0F) : p.w;
    return unit * (p.n * sum * (1.0F + p.w) + p.d * (p.n + sum) * sigmoid_above * x);
  }
};

/// (x + sqrt(x^2 + b)) / 2, which below 0 is b / 2 / (sqrt(x^2 + b) - x).
struct Squareplus {
  float b;
  SUMI_INLINE Vec root(Vec x) const {
    // By powers of two, so that no square is too large.
    const IntVec large = absolute(x) > broadcast<Vec>(1e18F);
    const Vec down = large ? broadcast<Vec>(0x1p-64F) : broadcast<Vec>(1.0F);
    const Vec up = large ? broadcast<Vec>(0x1p64F) : broadcast<Vec>(1.0F);
    return up * square_root(Vec((x * down) * (x * down) + b * down * down));
  }
  SUMI_INLINE Vec value(Vec x) const {
    const Vec r = root(x);
    return x < Vec{} ? 0.5F * b / (r - x) : 0.5F * x + 0.5F * r;
  }
  SUMI_INLINE Vec slope(Vec x) const {
    const Vec r = root(x);
    return x < Vec{} ? 0.5F * b / ((r - x) * r) : 0.5F + 0.5F * (x / r);
  }
};

struct SoftShrink {
  float threshold;
  SUMI_INLINE Vec value(Vec x) const {
    const Vec below = x < broadcast<Vec>(-threshold) ? x + threshold : Vec{};
    return x > broadcast<Vec>(threshold) ? x - threshold : below;
  }
  SUMI_INLINE Vec slope(Vec x) const { return absolute(x) > broadcast<Vec>(threshold) ? broadcast<Vec>(1.0F) : Vec{}; }
};

struct HardShrink {
  float threshold;
  SUMI_INLINE Vec value(Vec x) const { return absolute(x) > broadcast<Vec>(threshold) ? x : Vec{}; }
  SUMI_INLINE Vec slope(Vec x) const { return SoftShrink{threshold}.slope(x); }
};

/// x - tanh x, up to 1 by the polynomial that is nearest to (x - tanh x) / x^3 (minimax, relative error 5e-9).
struct TanhShrink {
  SUMI_INLINE Vec value(Vec x) const {
    const Vec square = x * x;
    Vec p = square * -1.42823930e-4F + 9.23609169e-4F;
    p = p * square - 3.20695352e-3F;
    p = p * square + 8.69795095e-3F;
    p = p * square - 2.18295855e-2F;
    p = p * square + 5.39634209e-2F;
    p = p * square - 1.33333107e-1F;
    p = p * square + 3.33333332e-1F;
    return absolute(x) < broadcast<Vec>(1.0F) ? x * square * p : x - hyperbolic_tangent(x);
  }
  SUMI_INLINE Vec slope(Vec x) const {
    const Vec t = hyperbolic_tangent(x);
    return t * t;
  }
};

struct Threshold {
  float threshold, otherwise;
  SUMI_INLINE Vec value(Vec x) const { return x > broadcast<Vec>(threshold) ? x : broadcast<Vec>(otherwise); }
  SUMI_INLINE Vec slope(Vec x) const { return x > broadcast<Vec>(threshold) ? broadcast<Vec>(1.0F) : Vec{}; }
};

struct SparsePlus {
  SUMI_INLINE Vec value(Vec x) const {
    const Vec inside = x < broadcast<Vec>(1.0F) ? 0.25F * (x + 1.0F) * (x + 1.0F) : x;
    return x <= broadcast<Vec>(-1.0F) ? Vec{} : inside;
  }
  SUMI_INLINE Vec slope(Vec x) const {
    const Vec inside = x < broadcast<Vec>(1.0F) ? 0.5F * (x + 1.0F) : broadcast<Vec>(1.0F);
    return x <= broadcast<Vec>(-1.0F) ? Vec{} : inside;
  }
};

struct SparseSigmoid {
  SUMI_INLINE Vec value(Vec x) const { return smaller(broadcast<Vec>(1.0F), larger(Vec{}, 0.5F * (x + 1.0F))); }
  SUMI_INLINE Vec slope(Vec x) const { return absolute(x) < broadcast<Vec>(1.0F) ? broadcast<Vec>(0.5F) : Vec{}; }
};

/// y = function(x).
struct ActivateBody {
  const float* x;
  float* y;
  std::int64_t count;
  template <class Function>
  SUMI_INLINE void operator()(const Function& function) const {
    std::int64_t i = 0;
    for (; i + lanes <= count; i += lanes) store(y + i, function.value(load<Vec>(x + i)));
    if (i < count) store_some(y + i, function.value(load_some(x + i, count - i, 0)), count - i);
  }
};

/// dx = slope(x or y) * dy.
struct ActivateBackwardBody {
  const float* x_or_y;
  const float* dy;
  float* dx;
  std::int64_t count;
  template <class Function>
  SUMI_INLINE void operator()(const Function& function) const {
    std::int64_t i = 0;
    for (; i + lanes <= count; i += lanes) {
      store(dx + i, Vec(function.slope(load<Vec>(x_or_y + i)) * load<Vec>(dy + i)));
    }
    if (i == count) return;
    const std::int64_t rest = count - i;
    const Vec slope = function.slope(load_some(x_or_y + i, rest, 0));
    store_some(dx + i, Vec(slope * load_some(dy + i, rest, 0)), rest);
  }
};

/// Calls body(function) for the function of this kind.
template <class Body>
SUMI_INLINE void with_function(const Activation& a, const Body& body) {
  constexpr float selu_scale = 1.05070099F, selu_below = 1.75809934F;
  switch (a.kind) {
    case ActivationKind::elu:
      return body(Elu{1.0F, a.alpha});
    case ActivationKind::selu:
      return body(Elu{selu_scale, selu_below});
    case ActivationKind::celu:
      return body(Celu{a.alpha});
    case ActivationKind::gelu:
      return body(Gelu{});
    case ActivationKind::gelu_tanh:
      return body(GeluTanh{});
    case ActivationKind::silu:
      return body(Silu{});
    case ActivationKind::sigmoid:
      return body(Sigmoid{});
    case ActivationKind::tanh:
      return body(Tanh{});
    case ActivationKind::exponential:
      return body(Exponential{});
    case ActivationKind::softplus:
      return body(Softplus{});
    case ActivationKind::softsign:
      return body(Softsign{});
    case ActivationKind::hard_sigmoid:
      return body(HardSigmoid{});
    case ActivationKind::hard_silu:
      return body(HardSilu{});
    case ActivationKind::hard_tanh:
      return body(HardTanh{});
    case ActivationKind::mish:
      return body(Mish{});
    case ActivationKind::log_sigmoid:
      return body(LogSigmoid{});
    case ActivationKind::squareplus:
      return body(Squareplus{a.alpha});
    case ActivationKind::soft_shrink:
      return body(SoftShrink{a.threshold});
    case ActivationKind::hard_shrink:
      return body(HardShrink{a.threshold});
    case ActivationKind::tanh_shrink:
      return body(TanhShrink{});
    case ActivationKind::threshold:
      return body(Threshold{a.threshold, a.default_value});
    case ActivationKind::sparse_plus:
      return body(SparsePlus{});
    case ActivationKind::sparse_sigmoid:
      return body(SparseSigmoid{});
    default:  // linear; the others are no element-wise functions, or the ReLU family's
      return body(Identity{});
  }
}

void activate(const Activation& activation, const float* x, float* y, std::int64_t count) {
  with_function(activation, ActivateBody{x, y, count});
}

void activate_backward(const Activation& activation, const float* x_or_y, const float* dy, float* dx,
                       std::int64_t count) {
  with_function(activation, ActivateBackwardBody{x_or_y, dy, dx, count});
}
