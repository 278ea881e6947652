// Winograd's gradients, both from the same tiles. See simd-inl.hpp for how this file is included.

/// Z = A dy A' of one tile of one block of filters; `to` holds a position every w.y_position.
SUMI_INLINE void transform_gradient_tile(const Winograd& w, const Tile& tile, const float* image, float* to) {
  const std::int64_t rows = w.out_height - 4 * tile.row;
  const std::int64_t columns = w.out_width - 4 * tile.column;
  const float* from = image + (4 * tile.row * w.out_width + 4 * tile.column) * lanes;
  const std::int64_t next = w.out_height * w.out_width * lanes;
  Vec lines[4][6];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    if (i >= rows) {
      for (int j = 0; j < 6; ++j) lines[i][j] = Vec{};
      continue;
    }
    Vec y[4];
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const float* pixel = from + (i * w.out_width + j) * lanes;
      y[j] = j < columns ? load<Vec>(pixel) : Vec{};
      __builtin_prefetch(pixel + next);
    }
    scatter_output(y, lines[i]);
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
void transform_gradients(const Winograd& w, const float* dy, std::int64_t first, std::int64_t count, float* z) {
  std::int64_t run;
  for (std::int64_t begin = 0; begin < count; begin += run) {
    const Tile start = tile_at(w, first + begin);
    run = tiles_of_image(w, start, count - begin);
    for (std::int64_t f = 0; f < w.filters; f += lanes) {
      const float* image = dy + (start.image * w.filters + f) * w.out_height * w.out_width;
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
    transform_gradients(w, a.dy, first, count, z);
    if (a.sums != nullptr) add_gradients(w, z, count, a.sums);
    for (std::int64_t p = 0; p < winograd_positions; ++p) {
      float* const tiles = v + p * w.x_position;
      const float* const gradients = z + p * w.y_position;
      if (a.du != nullptr) {
        accumulate_products(tiles, w.channels, gradients, w.filters, count, first == begin, a.du + p * w.u_position);
      }
      if (a.dx != nullptr) multiply(gradients, w.filters, a.u + p * w.u_position, w.channels, tiles, count);
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
