// Losses of pairs of numbers, summed over a row, and their slopes. See simd-inl.hpp for how this file is included.

/// What stands for a pair behind a row's end: its loss is 0.
struct SquaredError {
  static constexpr float rest = 0;
  SUMI_INLINE Vec value(Vec p, Vec t) const { return (p - t) * (p - t); }
  SUMI_INLINE Vec slope(Vec p, Vec t) const { return 2.0F * (p - t); }
};

struct AbsoluteError {
  static constexpr float rest = 0;
  SUMI_INLINE Vec value(Vec p, Vec t) const { return absolute(p - t); }
  SUMI_INLINE Vec slope(Vec p, Vec t) const {
    const Vec above = p > t ? broadcast<Vec>(1) : Vec{};
    return p < t ? broadcast<Vec>(-1) : above;
  }
};

struct Huber {
  static constexpr float rest = 0;
  float delta;
  SUMI_INLINE Vec value(Vec p, Vec t) const {
    const Vec error = absolute(p - t);
    return error <= broadcast<Vec>(delta) ? 0.5F * error * error : delta * (error - 0.5F * delta);
  }
  SUMI_INLINE Vec slope(Vec p, Vec t) const {
    return smaller(larger(p - t, broadcast<Vec>(-delta)), broadcast<Vec>(delta));
  }
};

struct LogitsCrossEntropy {
  static constexpr float rest = -100;  // of which the logarithm of 1 + e^x is 0
  SUMI_INLINE Vec value(Vec x, Vec t) const {
    return larger(x, Vec{}) - x * t + logarithm_of_one_plus(decay(-absolute(x)));
  }
  SUMI_INLINE Vec slope(Vec x, Vec t) const { return sigmoid(x) - t; }
};

/// Floats are added up in so many steps before they go on in double.
constexpr std::int64_t pairs_at_once = 64 * lanes;

template <class Loss>
SUMI_INLINE double sum_of_losses(const Loss& loss, const float* p, const float* t, std::int64_t count) {
  double total = 0;
  for (std::int64_t begin = 0; begin < count; begin += pairs_at_once) {
    const std::int64_t end = begin + pairs_at_once < count ? begin + pairs_at_once : count;
    Vec sum = {};
    for (std::int64_t i = begin; i < end; i += lanes) {
      sum += loss.value(load_some(p + i, end - i, Loss::rest), load_some(t + i, end - i, 0));
    }
    total += static_cast<double>(sum_of(sum));
  }
  return total;
}

template <class Loss>
SUMI_INLINE void scaled_slopes(const Loss& loss, const float* p, const float* t, float scale, float* dp,
                               std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += lanes) {
    const Vec slope = loss.slope(load_some(p + i, count - i, 0), load_some(t + i, count - i, 0));
    store_some(dp + i, Vec(slope * scale), count - i);
  }
}

double pointwise_loss(const PairLoss& loss, const float* p, const float* t, std::int64_t count) {
  switch (loss.kind) {
    case PairLoss::Kind::squared_error:
      return sum_of_losses(SquaredError{}, p, t, count);
    case PairLoss::Kind::absolute_error:
      return sum_of_losses(AbsoluteError{}, p, t, count);
    case PairLoss::Kind::huber:
      return sum_of_losses(Huber{loss.delta}, p, t, count);
    case PairLoss::Kind::logits_cross_entropy:
      return sum_of_losses(LogitsCrossEntropy{}, p, t, count);
  }
  return 0;
}

void pointwise_loss_backward(const PairLoss& loss, const float* p, const float* t, float scale, float* dp,
                             std::int64_t count) {
  switch (loss.kind) {
    case PairLoss::Kind::squared_error:
      return scaled_slopes(SquaredError{}, p, t, scale, dp, count);
    case PairLoss::Kind::absolute_error:
      return scaled_slopes(AbsoluteError{}, p, t, scale, dp, count);
    case PairLoss::Kind::huber:
      return scaled_slopes(Huber{loss.delta}, p, t, scale, dp, count);
    case PairLoss::Kind::logits_cross_entropy:
      return scaled_slopes(LogitsCrossEntropy{}, p, t, scale, dp, count);
  }
}
