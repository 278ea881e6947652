// Sliding windows over images. See simd-inl.hpp for how this file is included.

/// The part of a window that lies inside the image.
struct Cells {
  std::int64_t first = 0;              ///< Offset of its first pixel from the image's start.
  std::int64_t height = 0, width = 0;  ///< In pixels.
};

SUMI_INLINE std::int64_t at_least_0(std::int64_t a) { return a > 0 ? a : 0; }
SUMI_INLINE std::int64_t at_most(std::int64_t a, std::int64_t most) { return a < most ? a : most; }

SUMI_INLINE Cells cells_of(const Pool& pool, std::int64_t row, std::int64_t column) {
  const graph::Window& w = pool.window;
  const std::int64_t top = row * w.stride_h - w.pad_top;
  const std::int64_t left = column * w.stride_w - w.pad_left;
  const std::int64_t first_row = at_least_0(top);
  const std::int64_t first_column = at_least_0(left);
  return {(first_row * pool.width + first_column) * pool.channels, at_most(top + w.kernel_h, pool.height) - first_row,
          at_most(left + w.kernel_w, pool.width) - first_column};
}

/// Calls body.at<V>(cells, channel) for all channels.
template <class Body>
SUMI_INLINE void for_channels(const Body& body, const Cells& cells, std::int64_t channels) {
  std::int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) body.template at<Vec>(cells, c);
  for (; c < channels; ++c) body.template at<float>(cells, c);
}

/// Calls the body for all windows of one row of outputs; a full window of 2 by 2 gets loops of known length.
template <class Body>
SUMI_INLINE void for_windows(Body body, const Pool& pool, std::int64_t row) {
  for (std::int64_t column = 0; column < pool.out_width; ++column) {
    const Cells cells = cells_of(pool, row, column);
    if (cells.height == 2 && cells.width == 2) {
      for_channels(body, Cells{cells.first, 2, 2}, pool.channels);
    } else {
      for_channels(body, cells, pool.channels);
    }
    body.advance(pool.channels);
  }
}

/// With signs, what is multiplied by them is compared.
template <bool signs>
struct MaxBody {
  const float* x;
  const float* sign;
  float* y;
  std::int64_t row, pixel;  ///< Floats from one to the next.
  template <class V>
  SUMI_INLINE void at(const Cells& cells, std::int64_t c) const {
    const float* from = x + cells.first + c;
    const V factor = signs ? load<V>(sign + c) : V{};
    V best = signs ? V(load<V>(from) * factor) : load<V>(from);
    for (std::int64_t h = 0; h < cells.height; ++h) {
      for (std::int64_t w = 0; w < cells.width; ++w) {
        const V v = load<V>(from + h * row + w * pixel);
        best = larger(signs ? V(v * factor) : v, best);
      }
    }
    store(y + c, signs ? V(best * factor) : best);
  }
  SUMI_INLINE void advance(std::int64_t channels) { y += channels; }
};

struct AverageBody {
  const float* x;
  float* y;
  std::int64_t row, pixel;
  template <class V>
  SUMI_INLINE void at(const Cells& cells, std::int64_t c) const {
    const float* from = x + cells.first + c;
    V total = {};
    for (std::int64_t h = 0; h < cells.height; ++h) {
      for (std::int64_t w = 0; w < cells.width; ++w) total += load<V>(from + h * row + w * pixel);
    }
    store(y + c, V(total / static_cast<float>(cells.height * cells.width)));
  }
  SUMI_INLINE void advance(std::int64_t channels) { y += channels; }
};

/// The largest number of a window, and the number of its first cell in row-major order.
template <class V>
struct Winner {
  V best;
  Integers<V> cell;
};
/// Of the numbers times `sign`.
template <class V>
SUMI_INLINE Winner<V> winner_of(const float* from, const Cells& cells, std::int64_t row, std::int64_t pixel, V sign) {
  Winner<V> winner = {load<V>(from) * sign, Integers<V>{}};
  std::int32_t number = 0;
  for (std::int64_t h = 0; h < cells.height; ++h) {
    for (std::int64_t w = 0; w < cells.width; ++w, ++number) {
      const V v = load<V>(from + h * row + w * pixel) * sign;
      winner.cell = v > winner.best ? number - Integers<V>{} : winner.cell;
      winner.best = larger(v, winner.best);
    }
  }
  return winner;
}
/// Writes `share` to the winner and 0 to the other cells, or adds it.
template <bool adds, class V>
SUMI_INLINE void give_to_winner(float* to, const Cells& cells, std::int64_t row, std::int64_t pixel,
                                const Winner<V>& winner, V share) {
  std::int32_t number = 0;
  for (std::int64_t h = 0; h < cells.height; ++h) {
    for (std::int64_t w = 0; w < cells.width; ++w, ++number) {
      float* cell = to + h * row + w * pixel;
      const V part = winner.cell == number - Integers<V>{} ? share : V{};
      store(cell, adds ? V(load<V>(cell) + part) : part);
    }
  }
}

/// Sends dy to the first largest cell. It adds where windows overlap, otherwise it writes all cells of the window.
template <bool adds>
struct MaxBackwardBody {
  const float* x;
  const float* dy;
  float* dx;
  std::int64_t row, pixel;
  template <class V>
  SUMI_INLINE void at(const Cells& cells, std::int64_t c) const {
    const float* from = x + cells.first + c;
    const Winner<V> winner = winner_of(from, cells, row, pixel, broadcast<V>(1.0F));
    give_to_winner<adds>(dx + cells.first + c, cells, row, pixel, winner, load<V>(dy + c));
  }
  SUMI_INLINE void advance(std::int64_t channels) { dy += channels; }
};

/// Of more cells than this it takes less time to clear the image and write to the winner alone.
inline constexpr int large_window = 16;

/// In large windows: adds dy to the first largest cell alone, where all are 0 before.
struct LargeMaxBackwardBody {
  const float* x;
  const float* dy;
  float* dx;
  std::int64_t row, pixel;
  template <class V>
  SUMI_INLINE void at(const Cells& cells, std::int64_t c) const {
    const Winner<V> winner = winner_of(x + cells.first + c, cells, row, pixel, broadcast<V>(1.0F));
    std::int32_t numbers[width<V>];
    __builtin_memcpy(numbers, &winner.cell, sizeof(winner.cell));
    for (std::int64_t i = 0; i < width<V>; ++i) {
      const std::int64_t h = numbers[i] / cells.width, w = numbers[i] % cells.width;
      dx[cells.first + h * row + w * pixel + c + i] += dy[c + i];
    }
  }
  SUMI_INLINE void advance(std::int64_t channels) { dy += channels; }
};

template <bool adds>
struct AverageBackwardBody {
  const float* dy;
  float* dx;
  std::int64_t row, pixel;
  template <class V>
  SUMI_INLINE void at(const Cells& cells, std::int64_t c) const {
    const V share = load<V>(dy + c) / static_cast<float>(cells.height * cells.width);
    float* to = dx + cells.first + c;
    for (std::int64_t h = 0; h < cells.height; ++h) {
      for (std::int64_t w = 0; w < cells.width; ++w) {
        float* cell = to + h * row + w * pixel;
        store(cell, adds ? V(load<V>(cell) + share) : share);
      }
    }
  }
  SUMI_INLINE void advance(std::int64_t channels) { dy += channels; }
};

void max_pool(const Pool& pool, const float* x, const float* sign, float* y, std::int64_t begin, std::int64_t end) {
  const std::int64_t pixel = pool.channels;
  const std::int64_t row = pool.width * pixel;
  for (std::int64_t r = begin; r < end; ++r) {
    const std::int64_t n = r / pool.out_height;
    const float* image = x + n * pool.height * row;
    float* out = y + r * pool.out_width * pixel;
    if (sign == nullptr) {
      for_windows(MaxBody<false>{image, nullptr, out, row, pixel}, pool, r % pool.out_height);
    } else {
      const float* signs = sign + n % pool.groups * pool.channels;
      for_windows(MaxBody<true>{image, signs, out, row, pixel}, pool, r % pool.out_height);
    }
  }
}

void avg_pool(const Pool& pool, const float* x, float* y, std::int64_t begin, std::int64_t end) {
  const std::int64_t pixel = pool.channels;
  const std::int64_t row = pool.width * pixel;
  for (std::int64_t r = begin; r < end; ++r) {
    const float* image = x + r / pool.out_height * pool.height * row;
    for_windows(AverageBody{image, y + r * pool.out_width * pixel, row, pixel}, pool, r % pool.out_height);
  }
}

/// Whether two windows share a cell, and whether there are cells in no window.
SUMI_INLINE bool overlaps(const Pool& pool) {
  return pool.window.stride_h < pool.window.kernel_h || pool.window.stride_w < pool.window.kernel_w;
}
SUMI_INLINE bool covers(const Pool& pool) {
  const graph::Window& w = pool.window;
  return w.stride_h <= w.kernel_h && w.stride_w <= w.kernel_w &&
         (pool.out_height - 1) * w.stride_h - w.pad_top + w.kernel_h >= pool.height &&
         (pool.out_width - 1) * w.stride_w - w.pad_left + w.kernel_w >= pool.width;
}

void max_pool_backward(const Pool& pool, const float* x, const float* dy, float* dx, std::int64_t begin,
                       std::int64_t end) {
  const std::int64_t pixel = pool.channels;
  const std::int64_t row = pool.width * pixel;
  const std::int64_t image = pool.height * row;
  const std::int64_t out_row = pool.out_width * pixel;
  const bool adds = overlaps(pool);
  const bool large = pool.window.kernel_h * pool.window.kernel_w > large_window;
  const bool clear = adds || large || !covers(pool);
  for (std::int64_t n = begin; n < end; ++n) {
    if (clear) __builtin_memset(dx + n * image, 0, static_cast<std::size_t>(image) * sizeof(float));
    for (std::int64_t r = 0; r < pool.out_height; ++r) {
      const float* gradient = dy + (n * pool.out_height + r) * out_row;
      if (large) {
        for_windows(LargeMaxBackwardBody{x + n * image, gradient, dx + n * image, row, pixel}, pool, r);
      } else if (adds) {
        for_windows(MaxBackwardBody<true>{x + n * image, gradient, dx + n * image, row, pixel}, pool, r);
      } else {
        for_windows(MaxBackwardBody<false>{x + n * image, gradient, dx + n * image, row, pixel}, pool, r);
      }
    }
  }
}

void avg_pool_backward(const Pool& pool, const float* dy, float* dx, std::int64_t begin, std::int64_t end) {
  const std::int64_t pixel = pool.channels;
  const std::int64_t row = pool.width * pixel;
  const std::int64_t image = pool.height * row;
  const std::int64_t out_row = pool.out_width * pixel;
  const bool adds = overlaps(pool);
  const bool clear = adds || !covers(pool);
  for (std::int64_t n = begin; n < end; ++n) {
    if (clear) __builtin_memset(dx + n * image, 0, static_cast<std::size_t>(image) * sizeof(float));
    for (std::int64_t r = 0; r < pool.out_height; ++r) {
      const float* gradient = dy + (n * pool.out_height + r) * out_row;
      if (adds) {
        for_windows(AverageBackwardBody<true>{gradient, dx + n * image, row, pixel}, pool, r);
      } else {
        for_windows(AverageBackwardBody<false>{gradient, dx + n * image, row, pixel}, pool, r);
      }
    }
  }
}
