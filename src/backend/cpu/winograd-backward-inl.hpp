// Winograd's gradients, both from the same tiles. See simd-inl.hpp for how this file is included.

/// dy of rows [row, row + 2) of a tile of which `rows` by `columns` cells are there; the others are 0. Starts to fetch
/// what lies `next` floats on.
SUMI_INLINE void gradient_rows(const float* from, std::int64_t width, int row, std::int64_t rows, std::int64_t columns,
                               std::int64_t next, Vec lines[2][4]) {
#pragma GCC unroll 2
  for (int i = 0; i < 2; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const float* pixel = from + ((row + i) * width + j) * lanes;
      lines[i][j] = row + i < rows && j < columns ? load<Vec>(pixel) : Vec{};
      __builtin_prefetch(pixel + next);
    }
  }
}

/// The same where dy is yet to be made from the gradient of a chain's output, `from`; `y` is the chain's input.
SUMI_INLINE void chain_rows(const ChainBackward& chain, const ChainNumbers<Vec>& k, const float* y, const float* from,
                            int row, std::int64_t rows, std::int64_t columns, std::int64_t next, Vec lines[2][4]) {
  const Pool& pool = chain.pool;
  Vec cells[2][4];
  gradient_rows(y, pool.width, row, rows, columns, next, cells);
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const int j = 2 * half;
    if (chain.pooled && row + 1 < rows && j + 1 < columns) {
      const Vec x[4] = {cells[0][j], cells[0][j + 1], cells[1][j], cells[1][j + 1]};
      Vec dx[4];
      chain_window(k, x, load<Vec>(from + (row / 2 * pool.out_width + half) * lanes), dx);
      lines[0][j] = dx[0];
      lines[0][j + 1] = dx[1];
      lines[1][j] = dx[2];
      lines[1][j + 1] = dx[3];
      continue;
    }
    for (int i = 0; i < 2; ++i) {
      for (int c = j; c < j + 2; ++c) {
        lines[i][c] = Vec{};
        if (row + i >= rows || c >= columns) continue;
        const float* gradient = from + ((row + i) * pool.width + c) * lanes;
        lines[i][c] = chain_cell(k, cells[i][c], chain.pooled ? Vec{} : Vec(load<Vec>(gradient) * k.dy));
      }
    }
  }
}

/// Where the gradient of one block of filters of an image comes from.
struct GradientImage {
  const float* dy;
  const ChainBackward* chain;  ///< Null where dy is the gradient itself.
  const float* y;
  ChainNumbers<Vec> numbers;
};

SUMI_INLINE GradientImage gradient_image(const Winograd& w, const WinogradBackward& a, std::int64_t image,
                                         std::int64_t f) {
  const std::int64_t plane = (image * w.filters + f) * w.out_height * w.out_width;
  if (a.chain == nullptr) return {a.dy + plane, nullptr, nullptr, ChainNumbers<Vec>()};
  const Pool& pool = a.chain->pool;
  const std::int64_t cells = a.chain->pooled ? pool.out_height * pool.out_width : pool.height * pool.width;
  return {a.dy + (image * w.filters + f) * cells, a.chain, a.chain->x + plane,
          chain_numbers<Vec>(*a.chain, f, a.chain->relu)};
}

/// Z = A dy A' of one tile of one block of filters; `to` holds a position every w.y_position.
SUMI_INLINE void transform_gradient_tile(const Winograd& w, const Tile& tile, const GradientImage& image, float* to) {
  const std::int64_t rows = w.out_height - 4 * tile.row;
  const std::int64_t columns = w.out_width - 4 * tile.column;
  const std::int64_t at = (4 * tile.row * w.out_width + 4 * tile.column) * lanes;
  const std::int64_t next = w.out_height * w.out_width * lanes;
  Vec lines[4][6];
#pragma GCC unroll 2
  for (int i = 0; i < 4; i += 2) {
    Vec y[2][4];
    if (image.chain == nullptr) {
      gradient_rows(image.dy + at, w.out_width, i, rows, columns, next, y);
    } else {
      const bool pooled = image.chain->pooled;
      const std::int64_t pooled_at = (2 * tile.row * image.chain->pool.out_width + 2 * tile.column) * lanes;
      chain_rows(*image.chain, image.numbers, image.y + at, image.dy + (pooled ? pooled_at : at), i, rows, columns,
                 next, y);
    }
    scatter_output(y[0], lines[i]);
    scatter_output(y[1], lines[i + 1]);
  }
#pragma GCC unroll 6
  for (int j = 0; j < 6; ++j) {
    Vec y[4];
    Vec line[6];
    for (int i = 0; i < 4; ++i) y[i] = lines[i][j];
    scatter_output(y, line);
    for (int i = 0; i < 6; ++i) store(to + (6 * i + j) * w.y_position, line[i]);
  }
}

/// Z of tiles [first, first + count), as [position][tile][filter].
void transform_gradients(const Winograd& w, const WinogradBackward& a, std::int64_t first, std::int64_t count,
                         float* z) {
  std::int64_t run;
  for (std::int64_t begin = 0; begin < count; begin += run) {
    const Tile start = tile_at(w, first + begin);
    run = tiles_of_image(w, start, count - begin);
    for (std::int64_t f = 0; f < w.filters; f += lanes) {
      const GradientImage image = gradient_image(w, a, start.image, f);
      Tile tile = start;
      for (std::int64_t t = begin; t < begin + run; ++t, advance(w, tile)) {
        transform_gradient_tile(w, tile, image, z + t * w.filters + f);
      }
    }
  }
}

/// Adds the sums of dy: at the points 1 and 1 a transformed tile is the sum of the tile.
SUMI_INLINE void add_gradients(const Winograd& w, const float* z, std::int64_t count, double* sums) {
  for (std::int64_t f = 0; f < w.filters; f += lanes) {
    Vec sum = {};
    for (std::int64_t t = 0; t < count; ++t) sum += load<Vec>(z + 7 * w.y_position + t * w.filters + f);
    accumulate(sums + f, sum);
  }
}

/// Adds B t B' of one tile to one block of channels of dx. What no earlier tile of the image has touched is written.
SUMI_INLINE void scatter_input_tile(const Winograd& w, const Tile& tile, const float* from, float* image) {
  const std::int64_t top = 4 * tile.row - w.pad_top;
  const std::int64_t left = 4 * tile.column - w.pad_left;
  const Inside rows = inside(top, w.height, 6);
  const Inside columns = inside(left, w.width, 6);
  const std::int64_t next = w.height * w.width * lanes;
  Vec lines[6][6];
#pragma GCC unroll 6
  for (int j = 0; j < 6; ++j) {
    Vec line[6];
    for (int i = 0; i < 6; ++i) line[i] = load<Vec>(from + (6 * i + j) * w.x_position);
    scatter_input(line);
    for (int i = 0; i < 6; ++i) lines[i][j] = line[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < 6; ++i) {
    if (!rows.holds(i)) continue;
    scatter_input(lines[i]);
    float* to = image + ((top + i) * w.width + left) * lanes;
    const bool below = i < 2 && tile.row > 0;
#pragma GCC unroll 6
    for (int j = 0; j < 6; ++j) {
      if (i > 1 && j > 1) __builtin_prefetch(to + next + j * lanes, 1);
      if (!columns.holds(j)) continue;
      const bool touched = below || (j < 2 && tile.column > 0);
      store(to + j * lanes, touched ? Vec(load<Vec>(to + j * lanes) + lines[i][j]) : lines[i][j]);
    }
  }
}

/// dx from its transformed tiles [first, first + count).
void scatter_inputs(const Winograd& w, const float* v, std::int64_t first, std::int64_t count, float* dx) {
  std::int64_t run;
  for (std::int64_t begin = 0; begin < count; begin += run) {
    const Tile start = tile_at(w, first + begin);
    run = tiles_of_image(w, start, count - begin);
    for (std::int64_t c = 0; c < w.channels; c += lanes) {
      float* image = dx + start.image * w.x_image + c * w.height * w.width;
      Tile tile = start;
      for (std::int64_t t = begin; t < begin + run; ++t, advance(w, tile)) {
        scatter_input_tile(w, tile, v + t * w.channels + c, image);
      }
    }
  }
}

void winograd_backward(const Winograd& w, const WinogradBackward& a, std::int64_t begin, std::int64_t end) {
  float* const v = a.scratch;  // the input's tiles, then their gradients
  float* const z = v + winograd_positions * w.x_position;
  for (std::int64_t first = begin; first < end; first += w.chunk) {
    const std::int64_t count = at_most(w.chunk, end - first);
    if (a.du != nullptr) transform_inputs(w, a.x, first, count, v);
    transform_gradients(w, a, first, count, z);
    if (a.sums != nullptr) add_gradients(w, z, count, a.sums);
    for (std::int64_t p = 0; p < winograd_positions; ++p) {
      float* const tiles = v + p * w.x_position;
      const float* const gradients = z + p * w.y_position;
      if (a.du != nullptr) {
        accumulate_products(tiles, w.channels, gradients, w.filters, count, first == begin, a.du + p * w.u_position);
      }
      if (a.dx != nullptr) multiply_panels(gradients, w.filters, a.u + p * w.u_position, w.channels, tiles, count);
    }
    if (a.dx != nullptr) scatter_inputs(w, v, first, count, a.dx);
  }
}

void winograd_kernel_gradient(const Winograd& w, const float* du, std::int64_t parts, float* dkernel,
                              std::int64_t begin, std::int64_t end) {
  for (std::int64_t c = begin; c < end; ++c) {
    for (std::int64_t f = 0; f < w.filters; f += lanes) {
      Vec lines[3][6];
      for (int j = 0; j < 6; ++j) {
        Vec line[6];
        for (int i = 0; i < 6; ++i) {
          const float* from = du + (6 * i + j) * w.u_position + c * w.filters + f;
          line[i] = load<Vec>(from);
          for (std::int64_t k = 1; k < parts; ++k) line[i] += load<Vec>(from + k * winograd_positions * w.u_position);
        }
        Vec taps[3];
        scatter_kernel(line, taps);
        for (int i = 0; i < 3; ++i) lines[i][j] = taps[i];
      }
      for (int i = 0; i < 3; ++i) {
        Vec taps[3];
        scatter_kernel(lines[i], taps);
        for (int j = 0; j < 3; ++j) store(dkernel + (3 * i + j) * w.kernel_cell + c * w.filters + f, taps[j]);
      }
    }
  }
}
