// The way back through batch norms, a max-pool among them, and the ReLU before them. See simd-inl.hpp for how this file
// is included.

/// The numbers of some channels.
template <class V>
struct ChainNumbers {
  V sign, dy, slope, constant, x, offset;
  V floor;  ///< What came out of the ReLU before is above it; minus infinity where there was none.
};

/// From the five rows of a map of `channels` numbers; sign: 1 or -1 per channel, null for 1.
template <class V>
SUMI_INLINE ChainNumbers<V> chain_numbers(const float* map, const float* sign, std::int64_t channels,
                                          std::int64_t channel, bool relu) {
  const float* from = map + channel;
  return {sign != nullptr ? load<V>(sign + channel) : broadcast<V>(1.0F),
          load<V>(from),
          load<V>(from + channels),
          load<V>(from + 2 * channels),
          load<V>(from + 3 * channels),
          load<V>(from + 4 * channels),
          broadcast<V>(relu ? 0.0F : -__builtin_inff())};
}
template <class V>
SUMI_INLINE ChainNumbers<V> chain_numbers(const ChainBackward& chain, std::int64_t channel, bool relu) {
  return chain_numbers<V>(chain.map, chain.sign, chain.pool.channels * chain.pool.groups, channel, relu);
}

/// What a cell gets: `share` is the part that comes through the pool.
template <class V>
SUMI_INLINE V chain_cell(const ChainNumbers<V>& k, V x, V share) {
  const V gradient = x * k.x + (k.offset + share);
  return x > k.floor ? gradient : V{};
}

/// The four cells of a window of 2 by 2, in row-major order. The first that is the extreme takes the share; what is
/// left for the others is then nothing.
template <class V>
SUMI_INLINE void chain_window(const ChainNumbers<V>& k, const V* x, V dy, V* dx) {
  const V top = larger(larger(x[0] * k.sign, x[1] * k.sign), larger(x[2] * k.sign, x[3] * k.sign)) * k.sign;
  V left = dy * k.dy + (top * k.slope + k.constant);
  for (int i = 0; i < 4; ++i) {
    dx[i] = chain_cell(k, x[i], V(x[i] == top ? left : V{}));
    left = x[i] == top ? V{} : left;
  }
}

/// Pixels [begin, end) of a row that are in no window, or all where there is no pool (dy is null where it is absent).
template <class V>
SUMI_INLINE void chain_pixels(const ChainNumbers<V>& k, const float* x, const float* dy, float* dx, std::int64_t begin,
                              std::int64_t end, std::int64_t pixel) {
  for (std::int64_t i = begin; i < end; ++i) {
    const V share = dy != nullptr ? V(load<V>(dy + i * pixel) * k.dy) : V{};
    store(dx + i * pixel, chain_cell(k, load<V>(x + i * pixel), share));
  }
}

/// Windows of 2 by 2 next to each other, which is what nearly all networks pool with.
template <class V>
SUMI_INLINE void chain_windows(const Pool& pool, const ChainNumbers<V>& k, const float* x, const float* dy, float* dx) {
  const std::int64_t pixel = pool.channels;
  const std::int64_t row = pool.width * pixel;
  for (std::int64_t h = 0; h < pool.out_height; ++h) {
    const float* from = x + 2 * h * row;
    float* to = dx + 2 * h * row;
    for (std::int64_t w = 0; w < pool.out_width; ++w) {
      const std::int64_t at = 2 * w * pixel;
      const V cells[4] = {load<V>(from + at), load<V>(from + at + pixel), load<V>(from + at + row),
                          load<V>(from + at + row + pixel)};
      V gradients[4];
      chain_window(k, cells, load<V>(dy + (h * pool.out_width + w) * pixel), gradients);
      store(to + at, gradients[0]);
      store(to + at + pixel, gradients[1]);
      store(to + at + row, gradients[2]);
      store(to + at + row + pixel, gradients[3]);
    }
    for (std::int64_t r = 0; r < 2; ++r) {
      chain_pixels(k, from + r * row, nullptr, to + r * row, 2 * pool.out_width, pool.width, pixel);
    }
  }
  for (std::int64_t h = 2 * pool.out_height; h < pool.height; ++h) {
    chain_pixels(k, x + h * row, nullptr, dx + h * row, 0, pool.width, pixel);
  }
}

/// Adds what comes through a window of any form to the first extreme in it. The rest of the cells' gradient is there.
struct ChainWindowBody {
  const ChainBackward* chain;
  std::int64_t channel;  ///< Of the first parameter.
  const float* x;
  const float* dy;
  float* dx;
  std::int64_t row, pixel;
  template <class V>
  SUMI_INLINE void at(const Cells& cells, std::int64_t c) const {
    const ChainNumbers<V> k = chain_numbers<V>(*chain, channel + c, false);
    const Winner<V> winner = winner_of(x + cells.first + c, cells, row, pixel, k.sign);
    const V share = load<V>(dy + c) * k.dy + (winner.best * k.sign * k.slope + k.constant);
    give_to_winner<true>(dx + cells.first + c, cells, row, pixel, winner, share);
  }
  SUMI_INLINE void advance(std::int64_t channels) { dy += channels; }
};

/// An image of which all channels in one vector are done at once.
template <class V>
SUMI_INLINE void chain_channels(const ChainBackward& chain, std::int64_t n, std::int64_t c) {
  const Pool& pool = chain.pool;
  const std::int64_t pixels = pool.height * pool.width;
  const std::int64_t at = n * pixels * pool.channels + c;
  const std::int64_t dy_at = n * pool.out_height * pool.out_width * pool.channels + c;
  const ChainNumbers<V> k = chain_numbers<V>(chain, n % pool.groups * pool.channels + c, chain.relu);
  if (chain.pooled) {
    chain_windows(pool, k, chain.x + at, chain.dy + dy_at, chain.dx + at);
  } else {
    chain_pixels(k, chain.x + at, chain.dy + at, chain.dx + at, 0, pixels, pool.channels);
  }
}

SUMI_INLINE void chain_image(const ChainBackward& chain, std::int64_t n) {
  std::int64_t c = 0;
  for (; c + lanes <= chain.pool.channels; c += lanes) chain_channels<Vec>(chain, n, c);
  for (; c < chain.pool.channels; ++c) chain_channels<float>(chain, n, c);
}

/// Windows that overlap, or leave gaps: cells first, then what windows add, then the ReLU.
SUMI_INLINE void chain_image_in_steps(const ChainBackward& chain, std::int64_t n) {
  const Pool& pool = chain.pool;
  const std::int64_t pixel = pool.channels;
  const std::int64_t row = pool.width * pixel;
  const std::int64_t count = pool.height * row;
  const float* x = chain.x + n * count;
  float* dx = chain.dx + n * count;
  const std::int64_t channel = n % pool.groups * pool.channels;
  std::int64_t c = 0;
  for (; c + lanes <= pixel; c += lanes) {
    chain_pixels(chain_numbers<Vec>(chain, channel + c, false), x + c, nullptr, dx + c, 0, count / pixel, pixel);
  }
  for (; c < pixel; ++c) {
    chain_pixels(chain_numbers<float>(chain, channel + c, false), x + c, nullptr, dx + c, 0, count / pixel, pixel);
  }
  for (std::int64_t r = 0; r < pool.out_height; ++r) {
    const float* dy = chain.dy + (n * pool.out_height + r) * pool.out_width * pixel;
    for_windows(ChainWindowBody{&chain, channel, x, dy, dx, row, pixel}, pool, r);
  }
  if (chain.relu) relu_backward({0.0F, 0.0F, __builtin_inff()}, x, dx, dx, count);
}

void chain_backward(const ChainBackward& chain, std::int64_t begin, std::int64_t end) {
  const graph::Window& w = chain.pool.window;
  const bool simple = w.kernel_h == 2 && w.kernel_w == 2 && w.stride_h == 2 && w.stride_w == 2 && w.pad_top == 0 &&
                      w.pad_left == 0 && w.pad_bottom == 0 && w.pad_right == 0;
  for (std::int64_t n = begin; n < end; ++n) {
    if (chain.pooled && !simple) {
      chain_image_in_steps(chain, n);
    } else {
      chain_image(chain, n);
    }
  }
}
