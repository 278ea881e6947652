// Winograd's gradients, both from the same tiles. See simd-inl.hpp for how this file is included.

/// Z = A dy A' of tiles [first, first + count), as [position][tile][filter]; the sum of dy is one of its positions.
SUMI_INLINE void transform_gradients(const Winograd& w, const float* dy, std::int64_t first, std::int64_t count,
                                     float* z, double* sums) {
  for (std::int64_t f = 0; f < w.filters; f += lanes) {
    Vec sum = {};
    Tile tile = tile_at(w, first);
    for (std::int64_t t = 0; t < count; ++t, advance(w, tile)) {
      const std::int64_t rows = w.out_height - 4 * tile.row;
      const std::int64_t columns = w.out_width - 4 * tile.column;
      const float* from = dy + ((tile.image * w.filters + f) * w.out_height * w.out_width +
                                (4 * tile.row * w.out_width + 4 * tile.column) * lanes);
      Vec lines[4][6];
      for (int i = 0; i < 4; ++i) {
        if (i >= rows) {
          for (int j = 0; j < 6; ++j) lines[i][j] = Vec{};
          continue;
        }
        Vec y[4];
        for (int j = 0; j < 4; ++j) y[j] = j < columns ? load<Vec>(from + (i * w.out_width + j) * lanes) : Vec{};
        scatter_output(y, lines[i]);
      }
      float* to = z + t * w.filters + f;
      for (int j = 0; j < 6; ++j) {
        Vec y[4];
        Vec line[6];
        for (int i = 0; i < 4; ++i) y[i] = lines[i][j];
        scatter_output(y, line);
        for (int i = 0; i < 6; ++i) store(to + (6 * i + j) * w.y_position, line[i]);
        if (j == 1) sum += line[1];  // the point 1: all of the tile
      }
    }
    if (sums != nullptr) accumulate(sums + f, sum);
  }
}

/// Adds B t B' of tiles [first, first + count) to dx. What no earlier tile of the image has touched is written.
SUMI_INLINE void scatter_inputs(const Winograd& w, const float* v, std::int64_t first, std::int64_t count, float* dx) {
  for (std::int64_t c = 0; c < w.channels; c += lanes) {
    Tile tile = tile_at(w, first);
    for (std::int64_t t = 0; t < count; ++t, advance(w, tile)) {
      const std::int64_t top = 4 * tile.row - w.pad_top;
      const std::int64_t left = 4 * tile.column - w.pad_left;
      const Inside rows = inside(top, w.height, 6);
      const Inside columns = inside(left, w.width, 6);
      Vec lines[6][6];
      for (int j = 0; j < 6; ++j) {
        Vec line[6];
        for (int i = 0; i < 6; ++i) line[i] = load<Vec>(v + t * w.channels + c + (6 * i + j) * w.x_position);
        scatter_input(line);
        for (int i = 0; i < 6; ++i) lines[i][j] = line[i];
      }
      float* image = dx + tile.image * w.x_image + c * w.height * w.width;
      for (int i = 0; i < 6; ++i) {
        if (!rows.holds(i)) continue;
        scatter_input(lines[i]);
        float* to = image + ((top + i) * w.width + left) * lanes;
        const bool below = i < 2 && tile.row > 0;
        for (int j = 0; j < 6; ++j) {
          if (!columns.holds(j)) continue;
          const bool touched = below || (j < 2 && tile.column > 0);
          store(to + j * lanes, touched ? Vec(load<Vec>(to + j * lanes) + lines[i][j]) : lines[i][j]);
        }
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
    transform_gradients(w, a.dy, first, count, z, a.sums);
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
