// The matrix products of Winograd's convolutions. See simd-inl.hpp for how this file is included.

/// Vectors in a full panel of transformed kernels, as many as the registers hold beside their sums.
inline constexpr std::int64_t panel_vectors = lanes == 16 ? 4 : 2;
inline constexpr std::int64_t panel_floats = panel_vectors * lanes;

/// `rows` rows of a (rows, depth) times a panel b (depth, vectors * lanes).
template <int rows, int vectors>
SUMI_INLINE void multiply_block(const float* a, std::int64_t a_row, const float* b, std::int64_t depth, float* to,
                                std::int64_t to_row) {
  Vec sums[rows][vectors] = {};
  for (std::int64_t k = 0; k < depth; ++k, b += vectors * lanes) {
    Vec line[vectors];
    for (int j = 0; j < vectors; ++j) line[j] = load<Vec>(b + j * lanes);
    for (int i = 0; i < rows; ++i) {
      const Vec factor = broadcast<Vec>(a[i * a_row + k]);
      for (int j = 0; j < vectors; ++j) sums[i][j] += factor * line[j];
    }
  }
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < vectors; ++j) store(to + i * to_row + j * lanes, sums[i][j]);
  }
}

template <int vectors>
SUMI_INLINE void multiply_panel(const float* a, std::int64_t a_row, const float* b, std::int64_t depth, float* to,
                                std::int64_t to_row, std::int64_t count) {
  constexpr int rows = vectors == panel_vectors || vectors > 2 ? 6 : 12;
  for (std::int64_t i = 0; i < count; i += rows) {
    multiply_block<rows, vectors>(a + i * a_row, a_row, b, depth, to + i * to_row, to_row);
  }
}

/// to (count, outputs) = a (count, depth) times panels b. Whole blocks of up to 12 rows: what lies behind a and `to` is
/// read and overwritten.
void multiply(const float* a, std::int64_t depth, const float* b, std::int64_t outputs, float* to, std::int64_t count) {
  std::int64_t o = 0;
  for (; o + panel_floats <= outputs; o += panel_floats) {
    multiply_panel<panel_vectors>(a, depth, b + o * depth, depth, to + o, outputs, count);
  }
  b += o * depth;
  to += o;
  if constexpr (panel_vectors == 4) {
    if (outputs - o == 3 * lanes) multiply_panel<3>(a, depth, b, depth, to, outputs, count);
    if (outputs - o == 2 * lanes) multiply_panel<2>(a, depth, b, depth, to, outputs, count);
  }
  if (outputs - o == lanes) multiply_panel<1>(a, depth, b, depth, to, outputs, count);
}

/// to (rows of channels, vectors * lanes of filters) += v' z over `count` tiles; `=` where `starts`.
template <int rows, int vectors>
SUMI_INLINE void accumulate_block(const float* v, std::int64_t channels, const float* z, std::int64_t filters,
                                  std::int64_t count, bool starts, float* to) {
  Vec sums[rows][vectors] = {};
  if (!starts) {
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < vectors; ++j) sums[i][j] = load<Vec>(to + i * filters + j * lanes);
    }
  }
  for (std::int64_t t = 0; t < count; ++t) {
    Vec line[vectors];
    for (int j = 0; j < vectors; ++j) line[j] = load<Vec>(z + t * filters + j * lanes);
    for (int i = 0; i < rows; ++i) {
      const Vec factor = broadcast<Vec>(v[t * channels + i]);
      for (int j = 0; j < vectors; ++j) sums[i][j] += factor * line[j];
    }
  }
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < vectors; ++j) store(to + i * filters + j * lanes, sums[i][j]);
  }
}

template <int vectors>
SUMI_INLINE void accumulate_panel(const float* v, std::int64_t channels, const float* z, std::int64_t filters,
                                  std::int64_t count, bool starts, float* to) {
  constexpr int rows = vectors == panel_vectors ? 4 : 8;
  for (std::int64_t c = 0; c < channels; c += rows) {
    accumulate_block<rows, vectors>(v + c, channels, z, filters, count, starts, to + c * filters);
  }
}

/// to (channels, filters) += v (count, channels)' times z (count, filters); `=` where `starts`.
void accumulate_products(const float* v, std::int64_t channels, const float* z, std::int64_t filters,
                         std::int64_t count, bool starts, float* to) {
  std::int64_t f = 0;
  for (; f + panel_floats <= filters; f += panel_floats) {
    accumulate_panel<panel_vectors>(v, channels, z + f, filters, count, starts, to + f);
  }
  if constexpr (panel_vectors == 4) {
    if (filters - f == 3 * lanes) accumulate_panel<3>(v, channels, z + f, filters, count, starts, to + f);
    if (filters - f == 2 * lanes) accumulate_panel<2>(v, channels, z + f, filters, count, starts, to + f);
  }
  if (filters - f == lanes) accumulate_panel<1>(v, channels, z + f, filters, count, starts, to + f);
}

/// A vector of numbers that lie `stride` apart.
SUMI_INLINE Vec gather(const float* from, std::int64_t stride) {
  float numbers[lanes];
  for (std::int64_t i = 0; i < lanes; ++i) numbers[i] = from[i * stride];
  return load<Vec>(numbers);
}

/// U = G g G' of rows [begin, end) of the products' depth, as [position][panel][depth][float of the panel]. Forward the
/// depth is the channels and panels hold filters; for the input's gradient it is the other way round.
template <bool transposed>
SUMI_INLINE void transform_kernels(const Winograd& w, const float* kernel, float* u, std::int64_t begin,
                                   std::int64_t end) {
  const std::int64_t depth = transposed ? w.filters : w.channels;
  const std::int64_t outputs = transposed ? w.channels : w.filters;
  for (std::int64_t o = 0; o < outputs; o += lanes) {
    const std::int64_t panel = o - o % panel_floats;
    const std::int64_t row = outputs - panel < panel_floats ? outputs - panel : panel_floats;
    for (std::int64_t d = begin; d < end; ++d) {
      Vec lines[6][3];
      for (int j = 0; j < 3; ++j) {
        Vec taps[3];
        Vec line[6];
        for (int i = 0; i < 3; ++i) {
          const float* cell = kernel + (3 * i + j) * w.kernel_cell;
          taps[i] = transposed ? gather(cell + o * w.filters + d, w.filters) : load<Vec>(cell + d * w.filters + o);
        }
        transform_kernel(taps, line);
        for (int i = 0; i < 6; ++i) lines[i][j] = line[i];
      }
      float* to = u + panel * depth + d * row + (o - panel);
      for (int i = 0; i < 6; ++i) {
        Vec line[6];
        transform_kernel(lines[i], line);
        for (int j = 0; j < 6; ++j) store(to + (6 * i + j) * w.u_position, line[j]);
      }
    }
  }
}

void winograd_kernel(const Winograd& w, const float* kernel, float* u, bool transposed, std::int64_t begin,
                     std::int64_t end) {
  if (transposed) {
    transform_kernels<true>(w, kernel, u, begin, end);
  } else {
    transform_kernels<false>(w, kernel, u, begin, end);
  }
}
