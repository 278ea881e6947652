// Winograd's convolution forward. See simd-inl.hpp for how this file is included.

/// Sums of values and of their squares over one block of filters, less a shift that is near to them.
struct ShiftedSums {
  Vec sum = {}, squares = {};
  SUMI_INLINE void add(Vec value, Vec shift) {
    const Vec difference = value - shift;
    sum += difference;
    squares += difference * difference;
  }
  /// Adds the sums of `count` values themselves to sums[0 ...] and of their squares to squares[0 ...]. See MomentsBody.
  SUMI_INLINE void finish(Vec shift, std::int64_t count, double* sums, double* square_sums) const {
    const double n = static_cast<double>(count);
    for (std::int64_t i = 0; i < lanes; ++i) {
      const double s = shift[i];
      const double d = sum[i];
      sums[i] += n * s + d;
      square_sums[i] += static_cast<double>(squares[i]) + s * (2.0 * d + n * s);
    }
  }
};

/// How many of the outputs of tiles [first, first + count) are inside y.
SUMI_INLINE std::int64_t outputs_of(const Winograd& w, std::int64_t first, std::int64_t count, std::int64_t size,
                                    std::int64_t height, std::int64_t width) {
  std::int64_t total = 0;
  Tile tile = tile_at(w, first);
  for (std::int64_t t = 0; t < count; ++t, advance(w, tile)) {
    const std::int64_t rows = height - size * tile.row;
    const std::int64_t columns = width - size * tile.column;
    if (rows > 0 && columns > 0) total += (rows < size ? rows : size) * (columns < size ? columns : size);
  }
  return total;
}

/// y = A' m A of one block of filters of tiles [first, first + count), and everything that is made of y.
SUMI_INLINE void transform_outputs(const Winograd& w, const WinogradForward& a, std::int64_t first, std::int64_t count,
                                   std::int64_t filter, const float* m) {
  const Vec bias = a.bias != nullptr ? load<Vec>(a.bias + filter) : Vec{};
  const Vec floor = broadcast<Vec>(a.relu ? 0.0F : -__builtin_inff());
  const Integers<Vec> takes_largest = a.sign != nullptr ? load<Vec>(a.sign + filter) >= Vec{} : Vec{} >= Vec{};
  const std::int64_t pooled_height = w.out_height / 2;
  const std::int64_t pooled_width = w.out_width / 2;
  ShiftedSums sums, pooled_sums;
  Vec shift = {};
  Tile tile = tile_at(w, first);
  for (std::int64_t t = 0; t < count; ++t, advance(w, tile)) {
    const std::int64_t rows = w.out_height - 4 * tile.row;
    const std::int64_t columns = w.out_width - 4 * tile.column;
    Vec lines[4][6];
    for (int j = 0; j < 6; ++j) {
      Vec line[6];
      Vec y[4];
      for (int i = 0; i < 6; ++i) line[i] = load<Vec>(m + t * w.filters + (6 * i + j) * w.y_position);
      transform_output(line, y);
      for (int i = 0; i < 4; ++i) lines[i][j] = y[i];
    }
    const std::int64_t block = tile.image * w.filters + filter;
    const std::int64_t pixel = block * w.out_height * w.out_width +
                               (4 * tile.row * w.out_width + 4 * tile.column) * lanes;
    const std::int64_t cell = block * pooled_height * pooled_width +
                              (2 * tile.row * pooled_width + 2 * tile.column) * lanes;
    Vec above[4] = {};
    for (int i = 0; i < 4; ++i) {
      if (i >= rows) break;
      Vec y[4];
      transform_output(lines[i], y);
      for (int j = 0; j < 4; ++j) y[j] = larger(floor, Vec(y[j] + bias));  // so that what is not a number stays
      if (a.y != nullptr) {
        float* to = a.y + pixel + i * w.out_width * lanes;
        for (int j = 0; j < 4; ++j) {
          if (j < columns) store(to + j * lanes, y[j]);
        }
      }
      if (i == 0 && t == 0) shift = y[0];
      if (a.sums != nullptr) {
        for (int j = 0; j < 4; ++j) {
          if (j < columns) sums.add(y[j], shift);
        }
      }
      if (a.pooled != nullptr && i % 2 == 1) {
        for (int j = 0; j < 4; j += 2) {
          if (j + 1 >= columns) break;
          const Vec largest = larger(y[j + 1], larger(y[j], larger(above[j + 1], above[j])));
          const Vec smallest = smaller(y[j + 1], smaller(y[j], smaller(above[j + 1], above[j])));
          const Vec best = takes_largest ? largest : smallest;
          store(a.pooled + cell + (i / 2 * pooled_width + j / 2) * lanes, best);
          if (a.pooled_sums != nullptr) pooled_sums.add(best, shift);
        }
      }
      for (int j = 0; j < 4; ++j) above[j] = y[j];
    }
  }
  if (a.sums != nullptr) {
    sums.finish(shift, outputs_of(w, first, count, 4, w.out_height, w.out_width), a.sums + filter,
                a.sums + w.filters + filter);
  }
  if (a.pooled_sums != nullptr) {
    pooled_sums.finish(shift, outputs_of(w, first, count, 2, pooled_height, pooled_width), a.pooled_sums + filter,
                       a.pooled_sums + w.filters + filter);
  }
}

void winograd_forward(const Winograd& w, const WinogradForward& a, std::int64_t begin, std::int64_t end) {
  float* const v = a.scratch;
  float* const m = v + winograd_positions * w.x_position;
  for (std::int64_t first = begin; first < end; first += w.chunk) {
    const std::int64_t count = at_most(w.chunk, end - first);
    transform_inputs(w, a.x, first, count, v);
    for (std::int64_t p = 0; p < winograd_positions; ++p) {
      multiply(v + p * w.x_position, w.channels, a.u + p * w.u_position, w.filters, m + p * w.y_position, count);
    }
    for (std::int64_t f = 0; f < w.filters; f += lanes) transform_outputs(w, a, first, count, f, m + f);
  }
}
