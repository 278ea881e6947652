// Normalisation of rows, each by its own moments, and its gradients. See simd-inl.hpp for how this file is included.

struct RowTotal {
  const float* x;
  SUMI_INLINE void add(std::int64_t i, std::int64_t count, TwoSums& s) const { s.a += load_some(x + i, count, 0); }
};
struct RowDeviations {
  const float* x;
  float shift;
  SUMI_INLINE void add(std::int64_t i, std::int64_t count, TwoSums& s) const {
    const Vec difference = load_some(x + i, count, shift) - shift;
    s.a += difference;
    s.b += difference * difference;
  }
};

void normalize_rows(const RowNorm& norm, const float* x, float* y, float* means, float* inv_stds, std::int64_t begin,
                    std::int64_t end) {
  const std::int64_t size = norm.size;
  const auto n = static_cast<double>(size);
  for (std::int64_t row = begin; row < end; ++row) {
    const float* from = x + row * size;
    float* to = y + row * size;
    const float* gamma = norm.gamma + row % norm.groups * size;
    const float* beta = norm.beta + row % norm.groups * size;
    // The rounded mean, whose error the deviations from it tell.
    const auto shift = static_cast<float>(sums_of_row(RowTotal{from}, size).a / n);
    const RowSums deviations = sums_of_row(RowDeviations{from, shift}, size);
    const double rest = deviations.a / n;
    const double variance = deviations.b / n - rest * rest;
    const double inv_std = 1.0 / __builtin_sqrt((variance < 0 ? 0.0 : variance) + norm.epsilon);
    const auto scale = static_cast<float>(inv_std);
    const auto offset = static_cast<float>(-rest * inv_std);
    for (std::int64_t i = 0; i < size; i += lanes) {
      const std::int64_t count = size - i;
      const Vec unit = (load_some(from + i, count, 0) - shift) * scale + offset;
      store_some(to + i, Vec(unit * load_some(gamma + i, count, 0) + load_some(beta + i, count, 0)), count);
    }
    means[row] = static_cast<float>(shift + rest);
    inv_stds[row] = scale;
  }
}

/// Sums of dy * gamma and of its product with the row's units; adds to the gradients of gamma and beta.
struct RowGradient {
  const float* x;
  const float* dy;
  const float* gamma;
  float mean, inv_std;
  float* dgamma;
  float* dbeta;
  SUMI_INLINE void add(std::int64_t i, std::int64_t count, TwoSums& s) const {
    const Vec unit = (load_some(x + i, count, mean) - mean) * inv_std;
    const Vec gradient = load_some(dy + i, count, 0);
    const Vec scaled = gradient * load_some(gamma + i, count, 0);
    s.a += scaled;
    s.b += scaled * unit;
    store_some(dgamma + i, Vec(load_some(dgamma + i, count, 0) + gradient * unit), count);
    store_some(dbeta + i, Vec(load_some(dbeta + i, count, 0) + gradient), count);
  }
};

void normalize_rows_backward(const RowNorm& norm, const float* x, const float* means, const float* inv_stds,
                             const float* dy, float* dx, float* dgamma, float* dbeta, std::int64_t begin,
                             std::int64_t end) {
  const std::int64_t size = norm.size;
  const auto n = static_cast<double>(size);
  for (std::int64_t row = begin; row < end; ++row) {
    const float* from = x + row * size;
    const float* gradient = dy + row * size;
    const std::int64_t channel = row % norm.groups * size;
    const float* gamma = norm.gamma + channel;
    const float mean = means[row], inv_std = inv_stds[row];
    const RowSums sums =
        sums_of_row(RowGradient{from, gradient, gamma, mean, inv_std, dgamma + channel, dbeta + channel}, size);
    if (dx == nullptr) continue;
    float* to = dx + row * size;
    const auto per_unit = static_cast<float>(sums.b / n), per_element = static_cast<float>(sums.a / n);
    for (std::int64_t i = 0; i < size; i += lanes) {
      const std::int64_t count = size - i;
      const Vec unit = (load_some(from + i, count, mean) - mean) * inv_std;
      const Vec scaled = load_some(gradient + i, count, 0) * load_some(gamma + i, count, 0);
      store_some(to + i, Vec((scaled - (unit * per_unit + per_element)) * inv_std), count);
    }
  }
}
