// Convolutions of 3 by 3 over images of few channels: nine multiply-adds an output for each of them, less than reading
// or writing it costs. See simd-inl.hpp for how this file is included.

/// Outputs that are computed side by side: a window of 2 by 2, or four in a row. Offsets in pixels.
struct ThinCells {
  std::int64_t x[4];  ///< In the image.
  std::int64_t y[4];  ///< In the output.
};

SUMI_INLINE ThinCells thin_cells(const ThinConvolution& conv) {
  if (conv.pooled) {
    return {{0, 1, conv.width, conv.width + 1}, {0, 1, conv.out_width, conv.out_width + 1}};
  }
  return {{0, 1, 2, 3}, {0, 1, 2, 3}};
}

/// The kernel's numbers for one vector of filters.
template <int channels>
struct ThinKernel {
  Vec tap[9 * channels];
  SUMI_INLINE ThinKernel(const float* kernel, std::int64_t filters) {
    for (int t = 0; t < 9 * channels; ++t) tap[t] = load<Vec>(kernel + t * filters);
  }
};

/// out[j] = start + the products of the taps with the image from offset x[j] on.
template <int channels, int count>
SUMI_INLINE void thin_products(const ThinKernel<channels>& kernel, const float* image, std::int64_t row,
                               const std::int64_t* x, Vec start, Vec* out) {
#pragma GCC unroll 4
  for (int j = 0; j < count; ++j) out[j] = start;
#pragma GCC unroll 3
  for (int r = 0; r < 3; ++r) {
#pragma GCC unroll 12
    for (int s = 0; s < 3 * channels; ++s) {
#pragma GCC unroll 4
      for (int j = 0; j < count; ++j) {
        out[j] += kernel.tap[r * 3 * channels + s] * image[x[j] * channels + r * row + s];
      }
    }
  }
}

/// Calls body.four(image offset, output offset, pooled offset) for all groups of cells, body.one(image offset, output
/// offset) for what is left of the rows and columns, and body.flush() now and then. Offsets in pixels.
template <class Body>
SUMI_INLINE void for_thin_cells(const ThinConvolution& conv, Body& body) {
  const std::int64_t high = conv.pooled ? 2 : 1;
  const std::int64_t wide = conv.pooled ? 2 : 4;
  const std::int64_t rows = conv.out_height / high;
  const std::int64_t columns = conv.out_width / wide;
  std::int64_t pending = 0;
  for (std::int64_t h = 0; h < rows; ++h) {
    for (std::int64_t w = 0; w < columns; ++w) {
      body.four(h * high * conv.width + w * wide, h * high * conv.out_width + w * wide, h * columns + w);
    }
    for (std::int64_t r = h * high; r < (h + 1) * high; ++r) {
      for (std::int64_t w = columns * wide; w < conv.out_width; ++w) {
        body.one(r * conv.width + w, r * conv.out_width + w);
      }
    }
    pending += columns;
    if (pending >= 256) {  // so that sums in float stay short
      body.flush();
      pending = 0;
    }
  }
  for (std::int64_t r = rows * high; r < conv.out_height; ++r) {
    for (std::int64_t w = 0; w < conv.out_width; ++w) body.one(r * conv.width + w, r * conv.out_width + w);
  }
  body.flush();
}

/// Sums of values less a shift that is one of them, so that a large mean costs no digits. The shift is taken off the
/// bias: what is computed is always y - shift.
template <int channels>
struct ThinForward {
  const ThinConvolution& conv;
  const float* image;
  ThinKernel<channels> kernel;
  ThinCells cells;
  Vec start, floor, shift, sign;
  bool negative;
  float* y;
  float* pooled;
  double* sums;  ///< Four rows of conv.filters numbers, from these filters on.
  TwoSums all, top;

  SUMI_INLINE void four(std::int64_t x, std::int64_t at, std::int64_t pooled_at) {
    Vec v[4];
    thin_products<channels, 4>(kernel, image + x * channels, conv.width * channels, cells.x, start, v);
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) v[j] = larger(v[j], floor);
    if (y != nullptr) {
      for (int j = 0; j < 4; ++j) store(y + (at + cells.y[j]) * lanes, Vec(v[j] + shift));
    }
    if (conv.moments) {
      all.a += (v[0] + v[1]) + (v[2] + v[3]);
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) all.b += v[j] * v[j];
    }
    if (pooled == nullptr) return;
    Vec best = larger(larger(v[0], v[1]), larger(v[2], v[3]));
    if (negative) {
      const Vec least = smaller(smaller(v[0], v[1]), smaller(v[2], v[3]));
      best = sign < Vec{} ? least : best;
    }
    top.a += best;
    top.b += best * best;
    store(pooled + pooled_at * lanes, Vec(best + shift));
  }
  SUMI_INLINE void one(std::int64_t x, std::int64_t at) {
    Vec v[1];
    thin_products<channels, 1>(kernel, image + x * channels, conv.width * channels, cells.x, start, v);
    v[0] = larger(v[0], floor);
    if (y != nullptr) store(y + at * lanes, Vec(v[0] + shift));
    all.a += v[0];
    all.b += v[0] * v[0];
  }
  SUMI_INLINE void flush() {
    const Vec rows[4] = {all.a, all.b, top.a, top.b};
    for (int i = 0; i < 4; ++i) accumulate(sums + i * conv.filters, rows[i]);
    all = TwoSums{};
    top = TwoSums{};
  }
};

template <int channels>
SUMI_INLINE void thin_forward_image(const ThinConvolution& conv, std::int64_t n, std::int64_t block,
                                    const float* shifts, double* sums) {
  const std::int64_t f = block * lanes;
  const std::int64_t blocks = conv.filters / lanes;
  const Vec bias = conv.bias != nullptr ? load<Vec>(conv.bias + f) : Vec{};
  const Vec shift = load<Vec>(shifts + f);
  const Vec sign = conv.sign != nullptr ? load<Vec>(conv.sign + f) : broadcast<Vec>(1.0F);
  bool negative = false;
  for (std::int64_t i = 0; i < lanes; ++i) negative = negative || sign[i] < 0;
  const std::int64_t pixels = conv.out_height * conv.out_width;
  const std::int64_t windows = conv.out_height / 2 * (conv.out_width / 2);
  ThinForward<channels> body{conv,
                             conv.x + n * conv.height * conv.width * channels,
                             ThinKernel<channels>(conv.kernel + f, conv.filters),
                             thin_cells(conv),
                             bias - shift,
                             conv.relu ? Vec(-shift) : broadcast<Vec>(-__builtin_inff()),
                             shift,
                             sign,
                             negative,
                             conv.y != nullptr ? conv.y + (n * blocks + block) * pixels * lanes : nullptr,
                             conv.pooled ? conv.pool + (n * blocks + block) * windows * lanes : nullptr,
                             sums + f,
                             {},
                             {}};
  for_thin_cells(conv, body);
}

/// The first output of an image, for all filters: a shift that is near all values where they are near each other.
template <int channels>
SUMI_INLINE void thin_shifts(const ThinConvolution& conv, std::int64_t n, float* shifts) {
  const std::int64_t at[1] = {0};
  for (std::int64_t f = 0; f < conv.filters; f += lanes) {
    Vec v[1];
    const Vec bias = conv.bias != nullptr ? load<Vec>(conv.bias + f) : Vec{};
    thin_products<channels, 1>(ThinKernel<channels>(conv.kernel + f, conv.filters),
                               conv.x + n * conv.height * conv.width * channels, conv.width * channels, at, bias, v);
    store(shifts + f, conv.relu ? larger(v[0], Vec{}) : v[0]);
  }
}

template <int channels>
SUMI_INLINE void thin_forward_images(const ThinConvolution& conv, std::int64_t begin, std::int64_t end, float* shifts,
                                     double* sums) {
  thin_shifts<channels>(conv, begin, shifts);
  for (std::int64_t n = begin; n < end; ++n) {
    for (std::int64_t b = 0; b < conv.filters / lanes; ++b) thin_forward_image<channels>(conv, n, b, shifts, sums);
  }
}

void thin_forward(const ThinConvolution& conv, std::int64_t begin, std::int64_t end, float* shifts, double* sums) {
  if (begin >= end) return;
  switch (conv.channels) {
    case 1:
      return thin_forward_images<1>(conv, begin, end, shifts, sums);
    case 2:
      return thin_forward_images<2>(conv, begin, end, shifts, sums);
    case 3:
      return thin_forward_images<3>(conv, begin, end, shifts, sums);
    default:
      return thin_forward_images<4>(conv, begin, end, shifts, sums);
  }
}

template <int channels, bool relu>
struct ThinBackward {
  const ThinConvolution& conv;
  const float* image;
  ThinKernel<channels> kernel;
  ThinCells cells;
  ChainNumbers<Vec> k;
  Vec bias;
  const float* dy;
  double* sums;  ///< A row of conv.filters numbers for each tap and one for the bias, from these filters on.
  Vec taps[9 * channels];
  Vec dbias;

  template <int count>
  SUMI_INLINE void add(std::int64_t x, const Vec* dx) {
    const float* from = image + x * channels;
    const std::int64_t row = conv.width * channels;
#pragma GCC unroll 3
    for (int r = 0; r < 3; ++r) {
#pragma GCC unroll 12
      for (int s = 0; s < 3 * channels; ++s) {
#pragma GCC unroll 4
        for (int j = 0; j < count; ++j) {
          taps[r * 3 * channels + s] += dx[j] * from[cells.x[j] * channels + r * row + s];
        }
      }
    }
#pragma GCC unroll 4
    for (int j = 0; j < count; ++j) dbias += dx[j];
  }
  template <int count>
  SUMI_INLINE void compute(std::int64_t x, Vec* v) const {
    thin_products<channels, count>(kernel, image + x * channels, conv.width * channels, cells.x, bias, v);
    if (relu) {
      for (int j = 0; j < count; ++j) v[j] = larger(v[j], Vec{});
    }
  }
  SUMI_INLINE void four(std::int64_t x, std::int64_t at, std::int64_t pooled_at) {
    Vec v[4];
    Vec dx[4];
    compute<4>(x, v);
    if (conv.pooled) {
      chain_window<relu>(k, v, load<Vec>(dy + pooled_at * lanes), dx);
    } else {
      for (int j = 0; j < 4; ++j) {
        dx[j] = chain_cell<relu>(k, v[j], Vec(load<Vec>(dy + (at + cells.y[j]) * lanes) * k.dy));
      }
    }
    add<4>(x, dx);
  }
  SUMI_INLINE void one(std::int64_t x, std::int64_t at) {
    Vec v[1];
    compute<1>(x, v);
    const Vec share = conv.pooled ? Vec{} : Vec(load<Vec>(dy + at * lanes) * k.dy);
    const Vec dx[1] = {chain_cell<relu>(k, v[0], share)};
    add<1>(x, dx);
  }
  SUMI_INLINE void flush() {
    for (int t = 0; t < 9 * channels; ++t) {
      accumulate(sums + t * conv.filters, taps[t]);
      taps[t] = Vec{};
    }
    accumulate(sums + 9 * channels * conv.filters, dbias);
    dbias = Vec{};
  }
};

template <int channels, bool relu>
SUMI_INLINE void thin_backward_images(const ThinConvolution& conv, std::int64_t begin, std::int64_t end, double* sums) {
  const std::int64_t blocks = conv.filters / lanes;
  const std::int64_t cells =
      conv.pooled ? conv.out_height / 2 * (conv.out_width / 2) : conv.out_height * conv.out_width;
  for (std::int64_t n = begin; n < end; ++n) {
    for (std::int64_t block = 0; block < blocks; ++block) {
      const std::int64_t f = block * lanes;
      ThinBackward<channels, relu> body{conv,
                                        conv.x + n * conv.height * conv.width * channels,
                                        ThinKernel<channels>(conv.kernel + f, conv.filters),
                                        thin_cells(conv),
                                        chain_numbers<Vec>(conv.map, conv.sign, conv.filters, f),
                                        conv.bias != nullptr ? load<Vec>(conv.bias + f) : Vec{},
                                        conv.dy + (n * blocks + block) * cells * lanes,
                                        sums + f,
                                        {},
                                        {}};
      for_thin_cells(conv, body);
    }
  }
}

template <int channels>
SUMI_INLINE void thin_backward_of(const ThinConvolution& conv, std::int64_t begin, std::int64_t end, double* sums) {
  if (conv.relu) {
    thin_backward_images<channels, true>(conv, begin, end, sums);
  } else {
    thin_backward_images<channels, false>(conv, begin, end, sums);
  }
}

void thin_backward(const ThinConvolution& conv, std::int64_t begin, std::int64_t end, double* sums) {
  switch (conv.channels) {
    case 1:
      return thin_backward_of<1>(conv, begin, end, sums);
    case 2:
      return thin_backward_of<2>(conv, begin, end, sums);
    case 3:
      return thin_backward_of<3>(conv, begin, end, sums);
    default:
      return thin_backward_of<4>(conv, begin, end, sums);
  }
}
