// Kernels whose parameters or sums repeat with a period: one number per channel. See simd-inl.hpp for how this file is
// included.

/// How many rows are summed in float before their sum goes on in double.
inline constexpr std::int64_t block_rows = 64;

// --- element-wise ---

/// Applies body.step(i, parameters) to `count` floats. A body loads its parameters once for each column; while they are
/// few they stay in registers, otherwise they come from the first cache each time.
template <int columns, class Body>
SUMI_INLINE void for_rows_in_registers(const Body& body, std::int64_t rows) {
  typename Body::template Parameters<Vec> parameters[columns];
  for (int c = 0; c < columns; ++c) parameters[c] = body.template parameters<Vec>(c * lanes);
  for (std::int64_t r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) body.step((r * columns + c) * lanes, parameters[c]);
  }
}

template <class Body>
SUMI_INLINE void for_each_periodic(const Body& body, std::int64_t count, std::int64_t period) {
  const std::int64_t rows = count / period;
  if (period == lanes) {
    for_rows_in_registers<1>(body, rows);
  } else if (period == 2 * lanes) {
    for_rows_in_registers<2>(body, rows);
  } else if (period == 4 * lanes) {
    for_rows_in_registers<4>(body, rows);
  } else {
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < period; c += lanes) {
        body.step(r * period + c, body.template parameters<Vec>(c));
      }
    }
  }
  for (std::int64_t i = rows * period; i < count; ++i) {
    body.step(i, body.template parameters<float>(i - rows * period));
  }
}

struct AffineBody {
  const float* x;
  float* y;
  const float* shift;
  const float* scale;
  const float* offset;
  template <class V>
  struct Parameters {
    V shift, scale, offset;
  };
  template <class V>
  SUMI_INLINE Parameters<V> parameters(std::int64_t c) const {
    return {load<V>(shift + c), load<V>(scale + c), load<V>(offset + c)};
  }
  template <class V>
  SUMI_INLINE void step(std::int64_t i, const Parameters<V>& p) const {
    store(y + i, V((load<V>(x + i) - p.shift) * p.scale + p.offset));
  }
};

void affine(const float* x, float* y, std::int64_t count, std::int64_t period, const float* shift, const float* scale,
            const float* offset) {
  for_each_periodic(AffineBody{x, y, shift, scale, offset}, count, period);
}

struct NormalizeBackwardBody {
  const float* x;
  const float* dy;
  float* dx;
  const float* mean;
  const float* a;
  const float* b;
  const float* c;
  template <class V>
  struct Parameters {
    V mean, a, b, c;
  };
  template <class V>
  SUMI_INLINE Parameters<V> parameters(std::int64_t i) const {
    return {load<V>(mean + i), load<V>(a + i), load<V>(b + i), load<V>(c + i)};
  }
  template <class V>
  SUMI_INLINE void step(std::int64_t i, const Parameters<V>& p) const {
    store(dx + i, V(load<V>(dy + i) * p.a + ((load<V>(x + i) - p.mean) * p.b + p.c)));
  }
};

void normalize_backward(const float* x, const float* dy, float* dx, std::int64_t count, std::int64_t period,
                        const float* mean, const float* a, const float* b, const float* c) {
  for_each_periodic(NormalizeBackwardBody{x, dy, dx, mean, a, b, c}, count, period);
}

// --- sums ---

/// Reduces one block of rows, `columns` vectors wide. 4 / columns rows go side by side, so that there are always four
/// independent chains of additions.
template <int columns, class Body>
SUMI_INLINE void reduce_block(const Body& body, std::int64_t begin, std::int64_t rows, std::int64_t period,
                              std::int64_t column) {
  constexpr int side = 4 / columns;
  typename Body::State state[columns];
  typename Body::Sums sums[columns][side] = {};
  for (int c = 0; c < columns; ++c) state[c] = body.start(begin + c * lanes, rows, period, column + c * lanes);
  std::int64_t r = 0;
  for (; r + side <= rows; r += side) {
    for (int s = 0; s < side; ++s) {
      for (int c = 0; c < columns; ++c) body.step(begin + (r + s) * period + c * lanes, state[c], sums[c][s]);
    }
  }
  for (; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) body.step(begin + r * period + c * lanes, state[c], sums[c][0]);
  }
  for (int c = 0; c < columns; ++c) {
    for (int s = 1; s < side; ++s) sums[c][0] += sums[c][s];
    body.finish(column + c * lanes, rows, state[c], sums[c][0]);
  }
}

/// Reduces `count` floats, block by block; a last row that is shorter is added in double.
template <class Body>
SUMI_INLINE void reduce(const Body& body, std::int64_t count, std::int64_t period) {
  const std::int64_t rows = count / period;
  for (std::int64_t first = 0; first < rows; first += block_rows) {
    const std::int64_t block = rows - first < block_rows ? rows - first : block_rows;
    const std::int64_t begin = first * period;
    std::int64_t column = 0;
    for (; column + 4 * lanes <= period; column += 4 * lanes) {
      reduce_block<4>(body, begin + column, block, period, column);
    }
    for (; column + 2 * lanes <= period; column += 2 * lanes) {
      reduce_block<2>(body, begin + column, block, period, column);
    }
    for (; column < period; column += lanes) reduce_block<1>(body, begin + column, block, period, column);
  }
  for (std::int64_t i = rows * period; i < count; ++i) body.single(i, i - rows * period);
}

struct NoState {};

struct OneSum {
  Vec a;
  SUMI_INLINE void operator+=(const OneSum& other) { a += other.a; }
};

struct TwoSums {
  Vec a, b;
  SUMI_INLINE void operator+=(const TwoSums& other) {
    a += other.a;
    b += other.b;
  }
};

struct SumBody {
  using State = NoState;
  using Sums = OneSum;
  const float* x;
  double* sums;
  SUMI_INLINE State start(std::int64_t /*begin*/, std::int64_t /*rows*/, std::int64_t /*period*/,
                          std::int64_t /*column*/) const {
    return {};
  }
  SUMI_INLINE void step(std::int64_t i, const State& /*state*/, Sums& s) const { s.a += load<Vec>(x + i); }
  SUMI_INLINE void finish(std::int64_t column, std::int64_t /*rows*/, const State& /*state*/, const Sums& s) const {
    accumulate(sums + column, s.a);
  }
  SUMI_INLINE void single(std::int64_t i, std::int64_t column) const { sums[column] += static_cast<double>(x[i]); }
};

void sum(const float* x, std::int64_t count, std::int64_t period, double* sums) {
  reduce(SumBody{x, sums}, count, period);
}

/// Each block is shifted by its own mean s, taken in a first pass over what then lies in the first cache: with
/// d = sum(x - s) and q = sum((x - s)^2), sum(x) = n s + d and sum(x^2) = q + s (2 d + n s), both taken in double. The
/// identities hold for any s, so its rounding costs nothing, and q holds no more than the block's own deviations.
struct MomentsBody {
  struct State {
    Vec shift;
  };
  using Sums = TwoSums;
  const float* x;
  double* sums;
  double* squares;
  SUMI_INLINE State start(std::int64_t begin, std::int64_t rows, std::int64_t period, std::int64_t /*column*/) const {
    Vec total[4] = {};
    std::int64_t r = 0;
    for (; r + 4 <= rows; r += 4) {
      for (int s = 0; s < 4; ++s) total[s] += load<Vec>(x + begin + (r + s) * period);
    }
    for (; r < rows; ++r) total[0] += load<Vec>(x + begin + r * period);
    return {((total[0] + total[1]) + (total[2] + total[3])) / static_cast<float>(rows)};
  }
  SUMI_INLINE void step(std::int64_t i, const State& state, Sums& s) const {
    const Vec difference = load<Vec>(x + i) - state.shift;
    s.a += difference;
    s.b += difference * difference;
  }
  SUMI_INLINE void finish(std::int64_t column, std::int64_t rows, const State& state, const Sums& s) const {
    const double n = static_cast<double>(rows);
    for (std::int64_t i = 0; i < lanes; ++i) {
      const double shift = state.shift[i];
      const double difference = s.a[i];
      sums[column + i] += n * shift + difference;
      squares[column + i] += static_cast<double>(s.b[i]) + shift * (2.0 * difference + n * shift);
    }
  }
  SUMI_INLINE void single(std::int64_t i, std::int64_t column) const {
    const double v = x[i];
    sums[column] += v;
    squares[column] += v * v;
  }
};

void moments(const float* x, std::int64_t count, std::int64_t period, double* sums, double* squares) {
  reduce(MomentsBody{x, sums, squares}, count, period);
}

struct GradientBody {
  struct State {
    Vec mean;
  };
  using Sums = TwoSums;
  const float* x;
  const float* dy;
  const float* mean;
  double* sums;
  double* products;
  SUMI_INLINE State start(std::int64_t /*begin*/, std::int64_t /*rows*/, std::int64_t /*period*/,
                          std::int64_t column) const {
    return {load<Vec>(mean + column)};
  }
  SUMI_INLINE void step(std::int64_t i, const State& state, Sums& s) const {
    const Vec gradient = load<Vec>(dy + i);
    s.a += gradient;
    s.b += gradient * (load<Vec>(x + i) - state.mean);
  }
  SUMI_INLINE void finish(std::int64_t column, std::int64_t /*rows*/, const State& /*state*/, const Sums& s) const {
    accumulate(sums + column, s.a);
    accumulate(products + column, s.b);
  }
  SUMI_INLINE void single(std::int64_t i, std::int64_t column) const {
    const double gradient = dy[i];
    sums[column] += gradient;
    products[column] += gradient * (static_cast<double>(x[i]) - static_cast<double>(mean[column]));
  }
};

void gradient_sums(const float* x, const float* dy, std::int64_t count, std::int64_t period, const float* mean,
                   double* sums, double* products) {
  reduce(GradientBody{x, dy, mean, sums, products}, count, period);
}
