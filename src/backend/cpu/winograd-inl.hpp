// Winograd's F(4x4, 3x3): the transforms of one line, and the tiles. See simd-inl.hpp for how this file is included.
//
// With the points 0, 1, -1, 2, -2 and infinity, four outputs of a filter of three taps are A'((G g) * (B' d)): six
// products in place of twelve; in two dimensions 36 in place of 144. Each tile of 4 by 4 outputs reads 6 by 6 inputs.
// Gradients are the transposed maps over the same tiles: with Z = A dy A', the kernel's is G'(sum of V * Z) G, and the
// input's is the sum of all B (sum of U * Z) B'.

/// B' d.
SUMI_INLINE void transform_input(Vec (&d)[6]) {
  const Vec a = d[4] - 4.0F * d[2];
  const Vec b = d[3] - 4.0F * d[1];
  const Vec c = d[4] - d[2];
  const Vec e = d[3] - d[1];
  d[0] = 4.0F * d[0] + (d[4] - 5.0F * d[2]);
  d[5] = 4.0F * d[1] + (d[5] - 5.0F * d[3]);
  d[1] = a + b;
  d[2] = a - b;
  d[3] = c + 2.0F * e;
  d[4] = c - 2.0F * e;
}

/// B t.
SUMI_INLINE void scatter_input(Vec (&t)[6]) {
  const Vec p12 = t[1] + t[2];
  const Vec m12 = t[2] - t[1];
  const Vec p34 = t[3] + t[4];
  const Vec m34 = t[4] - t[3];
  t[1] = 4.0F * (m12 + t[5]) + 2.0F * m34;
  t[2] = -5.0F * t[0] - (4.0F * p12 + p34);
  t[3] = -5.0F * t[5] - (m12 + 2.0F * m34);
  t[4] = t[0] + (p12 + p34);
  t[0] = 4.0F * t[0];
}

/// A' m.
SUMI_INLINE void transform_output(const Vec (&m)[6], Vec (&y)[4]) {
  const Vec p12 = m[1] + m[2];
  const Vec m12 = m[1] - m[2];
  const Vec p34 = m[3] + m[4];
  const Vec m34 = m[3] - m[4];
  y[0] = m[0] + (p12 + p34);
  y[1] = m12 + 2.0F * m34;
  y[2] = p12 + 4.0F * p34;
  y[3] = m[5] + (m12 + 8.0F * m34);
}

/// A y.
SUMI_INLINE void scatter_output(const Vec (&y)[4], Vec (&z)[6]) {
  const Vec p = y[0] + y[2];
  const Vec q = y[1] + y[3];
  const Vec r = y[0] + 4.0F * y[2];
  const Vec s = y[1] + 4.0F * y[3];
  z[0] = y[0];
  z[1] = p + q;
  z[2] = p - q;
  z[3] = r + 2.0F * s;
  z[4] = r - 2.0F * s;
  z[5] = y[3];
}

/// G g.
SUMI_INLINE void transform_kernel(const Vec (&g)[3], Vec (&u)[6]) {
  const Vec a = (g[0] + g[2]) * (-1.0F / 6);
  const Vec b = g[1] * (1.0F / 6);
  const Vec c = g[0] * (1.0F / 24) + g[2] * (1.0F / 6);
  const Vec d = g[1] * (1.0F / 12);
  u[0] = g[0] * 0.25F;
  u[1] = a - b;
  u[2] = a + b;
  u[3] = c + d;
  u[4] = c - d;
  u[5] = g[2];
}

/// G' u.
SUMI_INLINE void scatter_kernel(const Vec (&u)[6], Vec (&g)[3]) {
  const Vec p12 = u[1] + u[2];
  const Vec p34 = u[3] + u[4];
  g[0] = u[0] * 0.25F + (p34 * (1.0F / 24) - p12 * (1.0F / 6));
  g[1] = (u[2] - u[1]) * (1.0F / 6) + (u[3] - u[4]) * (1.0F / 12);
  g[2] = u[5] + (p34 - p12) * (1.0F / 6);
}

/// One tile of all images.
struct Tile {
  std::int64_t image, row, column;
};

SUMI_INLINE Tile tile_at(const Winograd& w, std::int64_t index) {
  const std::int64_t row = index / w.columns;
  return {row / w.rows, row % w.rows, index % w.columns};
}

SUMI_INLINE void advance(const Winograd& w, Tile& tile) {
  if (++tile.column < w.columns) return;
  tile.column = 0;
  if (++tile.row < w.rows) return;
  tile.row = 0;
  ++tile.image;
}

/// The part of a tile's line of 4 or 6 that lies inside the image.
struct Inside {
  std::int64_t begin, end;
  SUMI_INLINE bool holds(std::int64_t i) const { return i >= begin && i < end; }
};

/// Of a line that begins at `first`, in an image of `size`.
SUMI_INLINE Inside inside(std::int64_t first, std::int64_t size, std::int64_t length) {
  return {first < 0 ? -first : 0, size - first < length ? size - first : length};
}

/// How many of `most` tiles from this one on are of the same image.
SUMI_INLINE std::int64_t tiles_of_image(const Winograd& w, const Tile& tile, std::int64_t most) {
  return at_most((w.rows - tile.row) * w.columns - tile.column, most);
}

/// V = B' d B of one tile of one block of channels; `to` holds a position every w.x_position.
SUMI_INLINE void transform_input_tile(const Winograd& w, const Tile& tile, const float* image, float* to) {
  const std::int64_t top = 4 * tile.row - w.pad_top;
  const std::int64_t left = 4 * tile.column - w.pad_left;
  const Inside rows = inside(top, w.height, 6);
  const Inside columns = inside(left, w.width, 6);
  const std::int64_t next = w.height * w.width * lanes;
  Vec lines[6][6];
#pragma GCC unroll 6
  for (int i = 0; i < 6; ++i) {
    if (!rows.holds(i)) {
      for (int j = 0; j < 6; ++j) lines[i][j] = Vec{};
      continue;
    }
    const float* from = image + ((top + i) * w.width + left) * lanes;
#pragma GCC unroll 6
    for (int j = 0; j < 6; ++j) {
      lines[i][j] = columns.holds(j) ? load<Vec>(from + j * lanes) : Vec{};
      __builtin_prefetch(from + next + j * lanes);
    }
    transform_input(lines[i]);
  }
#pragma GCC unroll 6
  for (int j = 0; j < 6; ++j) {
    Vec line[6];
    for (int i = 0; i < 6; ++i) line[i] = lines[i][j];
    transform_input(line);
    for (int i = 0; i < 6; ++i) store(to + (6 * i + j) * w.x_position, line[i]);
  }
}

/// V of tiles [first, first + count), as [position][tile][channel].
void transform_inputs(const Winograd& w, const float* x, std::int64_t first, std::int64_t count, float* v) {
  std::int64_t run;
  for (std::int64_t begin = 0; begin < count; begin += run) {
    const Tile start = tile_at(w, first + begin);
    run = tiles_of_image(w, start, count - begin);
    for (std::int64_t c = 0; c < w.channels; c += lanes) {
      const float* image = x + start.image * w.x_image + c * w.height * w.width;
      Tile tile = start;
      for (std::int64_t t = begin; t < begin + run; ++t, advance(w, tile)) {
        transform_input_tile(w, tile, image, v + t * w.channels + c);
      }
    }
  }
}
