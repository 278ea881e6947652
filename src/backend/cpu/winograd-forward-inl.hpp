// Winograd's convolution forward. See simd-inl.hpp for how this file is included.

/// Sums of values and of their squares over one block of filters, less a shift that is near to them.
struct ShiftedSums {
  Vec sum = {}, squares = {};
  SUMI_INLINE void add(Vec value, Vec shift) {
    const Vec difference = value - shift;
    sum += difference;
    squares += difference * difference;
  }
};

/// What is kept of a block of filters from tile to tile of a chunk.
struct OutputSums {
  Vec shift = {};
  ShiftedSums all, pooled;
};

/// Where OutputSums lie between the images of a chunk: [number][filter].
SUMI_INLINE OutputSums load_sums(const float* from, std::int64_t filters) {
  return {load<Vec>(from),
          {load<Vec>(from + filters), load<Vec>(from + 2 * filters)},
          {load<Vec>(from + 3 * filters), load<Vec>(from + 4 * filters)}};
}

SUMI_INLINE void store_sums(float* to, std::int64_t filters, const OutputSums& s) {
  store(to, s.shift);
  store(to + filters, s.all.sum);
  store(to + 2 * filters, s.all.squares);
  store(to + 3 * filters, s.pooled.sum);
  store(to + 4 * filters, s.pooled.squares);
}

/// Adds the sums of `count` values themselves to totals[0 ...] and of their squares behind; `sums` as the second or
/// fourth line of store_sums. See MomentsBody.
SUMI_INLINE void add_moments(const float* shift, const float* sums, std::int64_t filters, std::int64_t count,
                             double* totals) {
  const double n = static_cast<double>(count);
  for (std::int64_t f = 0; f < filters; ++f) {
    const double s = shift[f];
    const double d = sums[f];
    totals[f] += n * s + d;
    totals[filters + f] += static_cast<double>(sums[filters + f]) + s * (2.0 * d + n * s);
  }
}

/// How many outputs tiles [first, first + count) hold, where each has `size` by `size` of an image.
SUMI_INLINE std::int64_t outputs_of(const Winograd& w, std::int64_t first, std::int64_t count, std::int64_t size,
                                    std::int64_t height, std::int64_t width) {
  std::int64_t total = 0;
  Tile tile = tile_at(w, first);
  for (std::int64_t t = 0; t < count; ++t, advance(w, tile)) {
    const std::int64_t rows = at_most(height - size * tile.row, size);
    const std::int64_t columns = at_most(width - size * tile.column, size);
    total += at_least_0(rows) * at_least_0(columns);
  }
  return total;
}

/// One block of filters of the outputs.
struct OutputBlock {
  Vec bias, floor;
  Integers<Vec> takes_largest;
  float *y, *pooled;  ///< Of an image; null where not wanted.
  bool sums, pooled_sums;
};

SUMI_INLINE OutputBlock output_block(const Winograd& w, const WinogradForward& a, std::int64_t image,
                                     std::int64_t filter) {
  const std::int64_t block = image * w.filters + filter;
  return {a.bias != nullptr ? load<Vec>(a.bias + filter) : Vec{},
          broadcast<Vec>(a.relu ? 0.0F : -__builtin_inff()),
          (a.sign != nullptr ? load<Vec>(a.sign + filter) : Vec{}) >= Vec{},
          a.y != nullptr ? a.y + block * w.out_height * w.out_width : nullptr,
          a.pooled != nullptr ? a.pooled + block * (w.out_height / 2) * (w.out_width / 2) : nullptr,
          a.sums != nullptr,
          a.pooled_sums != nullptr};
}

/// y = A' m A of one tile, and all that is made of y. `starts`: this tile's first output becomes the sums' shift.
SUMI_INLINE void transform_output_tile(const Winograd& w, const Tile& tile, const float* m, const OutputBlock& block,
                                       bool starts, OutputSums& sums) {
  const std::int64_t rows = w.out_height - 4 * tile.row;
  const std::int64_t columns = w.out_width - 4 * tile.column;
  const std::int64_t pooled_width = w.out_width / 2;
  const std::int64_t next = w.out_height * w.out_width * lanes;
  Vec lines[4][6];
#pragma GCC unroll 6
  for (int j = 0; j < 6; ++j) {
    Vec line[6];
    Vec y[4];
    for (int i = 0; i < 6; ++i) line[i] = load<Vec>(m + (6 * i + j) * w.y_position);
    transform_output(line, y);
    for (int i = 0; i < 4; ++i) lines[i][j] = y[i];
  }
  Vec above[4] = {};
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    if (i >= rows) break;
    Vec y[4];
    transform_output(lines[i], y);
    for (int j = 0; j < 4; ++j) y[j] = larger(block.floor, Vec(y[j] + block.bias));  // what is not a number stays
    if (i == 0 && starts) sums.shift = y[0];
    if (block.y != nullptr) {
      float* to = block.y + ((4 * tile.row + i) * w.out_width + 4 * tile.column) * lanes;
      for (int j = 0; j < 4; ++j) {
        __builtin_prefetch(to + next + j * lanes, 1);
        if (j < columns) store(to + j * lanes, y[j]);
      }
    }
    if (block.sums) {
      for (int j = 0; j < 4; ++j) {
        if (j < columns) sums.all.add(y[j], sums.shift);
      }
    }
    if (block.pooled != nullptr && i % 2 == 1) {
      float* to = block.pooled + ((2 * tile.row + i / 2) * pooled_width + 2 * tile.column) * lanes;
      for (int j = 0; j < 4; j += 2) {
        if (j + 1 >= columns) break;
        const Vec largest = larger(y[j + 1], larger(y[j], larger(above[j + 1], above[j])));
        const Vec smallest = smaller(y[j + 1], smaller(y[j], smaller(above[j + 1], above[j])));
        const Vec best = block.takes_largest ? largest : smallest;
        store(to + j / 2 * lanes, best);
        if (block.pooled_sums) sums.pooled.add(best, sums.shift);
      }
    }
    for (int j = 0; j < 4; ++j) above[j] = y[j];
  }
}

/// All outputs of tiles [first, first + count), whose transformed values are m.
void transform_outputs(const Winograd& w, const WinogradForward& a, std::int64_t first, std::int64_t count,
                       const float* m, float* kept) {
  std::int64_t run;
  for (std::int64_t begin = 0; begin < count; begin += run) {
    const Tile start = tile_at(w, first + begin);
    run = tiles_of_image(w, start, count - begin);
    for (std::int64_t f = 0; f < w.filters; f += lanes) {
      const OutputBlock block = output_block(w, a, start.image, f);
      OutputSums sums = begin == 0 ? OutputSums{} : load_sums(kept + f, w.filters);
      Tile tile = start;
      for (std::int64_t t = begin; t < begin + run; ++t, advance(w, tile)) {
        transform_output_tile(w, tile, m + t * w.filters + f, block, t == 0, sums);
      }
      store_sums(kept + f, w.filters, sums);
    }
  }
  if (a.sums != nullptr) {
    add_moments(kept, kept + w.filters, w.filters, outputs_of(w, first, count, 4, w.out_height, w.out_width), a.sums);
  }
  if (a.pooled_sums != nullptr) {
    add_moments(kept, kept + 3 * w.filters, w.filters,
                outputs_of(w, first, count, 2, w.out_height / 2, w.out_width / 2), a.pooled_sums);
  }
}

void winograd_forward(const Winograd& w, const WinogradForward& a, std::int64_t begin, std::int64_t end) {
  float* const v = a.scratch;
  float* const m = v + winograd_positions * w.x_position;
  float* const kept = m + winograd_positions * w.y_position;
  for (std::int64_t first = begin; first < end; first += w.chunk) {
    const std::int64_t count = at_most(w.chunk, end - first);
    transform_inputs(w, a.x, first, count, v);
    for (std::int64_t p = 0; p < winograd_positions; ++p) {
      multiply(v + p * w.x_position, w.channels, a.u + p * w.u_position, w.filters, m + p * w.y_position, count);
    }
    transform_outputs(w, a, first, count, m, kept);
  }
}
