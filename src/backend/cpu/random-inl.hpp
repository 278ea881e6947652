// Random numbers that belong to positions: the vectors' Philox4x32-10, see core/random.hpp. See simd-inl.hpp for how
// this file is included.

/// Half as many integers of 64 bits, of which only the lower halves count.
typedef std::uint64_t LongVec __attribute__((vector_size(SUMI_LANES * sizeof(float))));

/// a * factor of the lower halves, in full.
SUMI_INLINE LongVec long_products(LongVec a, std::uint32_t factor) {
#if SUMI_LANES == 16
  return (LongVec)_mm512_maskz_mul_epu32(0xff, (__m512i)a, _mm512_set1_epi64(factor));
#elif SUMI_LANES == 8
  return (LongVec)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x(factor));
#elif defined(__SSE2__)
  return (LongVec)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x(factor));
#else
  return (a & 0xffffffff) * factor;
#endif
}

/// Lower halves of a and b side by side: a0 b0 a1 b1 ...
SUMI_INLINE LongVec side_by_side(LongVec a, LongVec b) { return (a & 0xffffffff) | b << 32; }

/// The elements of a and b in turns: the first half of them, or the second.
template <class V>
SUMI_INLINE V in_turns(V a, V b, bool second) {
  constexpr std::int64_t count = sizeof(V) / sizeof(a[0]);
  V result;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t from = second ? (count + i) / 2 : i / 2;
    result[i] = i % 2 == 0 ? a[from] : b[from];
  }
  return result;
}

/// What is drawn for 2 * lanes neighbours: for each position a word of philox(seed, step, position / 4).
class Generator {
 public:
  SUMI_INLINE Generator(const Draws& draws, std::int64_t position) : draws_(draws) {
    for (std::int64_t i = 0; i < lanes / 2; ++i) counter_[i] = static_cast<std::uint64_t>(position / 4 + i);
  }
  /// The words number 0, 1, 2, 3 of each counter, of the next 2 * lanes positions.
  struct Words {
    LongVec word[4];
  };
  SUMI_INLINE Words next() {
    Words w = {{counter_, counter_ >> 32, LongVec{} + (draws_.step & 0xffffffff), LongVec{} + (draws_.step >> 32)}};
    std::uint32_t key_0 = static_cast<std::uint32_t>(draws_.seed);
    std::uint32_t key_1 = static_cast<std::uint32_t>(draws_.seed >> 32);
    for (int round = 0; round < 10; ++round) {
      const LongVec product_0 = long_products(w.word[0], 0xD2511F53);
      const LongVec product_1 = long_products(w.word[2], 0xCD9E8D57);
      w = {{(product_1 >> 32) ^ w.word[1] ^ key_0, product_1, (product_0 >> 32) ^ w.word[3] ^ key_1, product_0}};
      key_0 += 0x9E3779B9;
      key_1 += 0xBB67AE85;
    }
    counter_ += static_cast<std::uint64_t>(lanes / 2);
    return w;
  }

 private:
  const Draws& draws_;
  LongVec counter_;
};

/// The upper 24 of 32 bits: whole numbers.
SUMI_INLINE IntVec upper_bits(LongVec words) {
  typedef std::uint32_t Bits __attribute__((vector_size(SUMI_LANES * sizeof(float))));
  return (IntVec)((Bits)words >> 8);
}

/// Where a vector of neighbours in the plain order lies in blocks of channels, one after the other.
class BlockedPlace {
 public:
  SUMI_INLINE BlockedPlace(const Draws& draws, std::int64_t position) : draws_(draws) {
    if (draws.block == 0) return;
    channel_ = position % draws.channels;
    pixel_ = position / draws.channels % draws.pixels;
    image_ = position / draws.channels / draws.pixels * draws.pixels * draws.channels;
  }
  SUMI_INLINE std::int64_t next() {
    const std::int64_t block = channel_ / draws_.block;
    const std::int64_t at = image_ + (block * draws_.pixels + pixel_) * draws_.block + channel_ % draws_.block;
    channel_ += lanes;
    if (channel_ < draws_.channels) return at;
    channel_ = 0;
    if (++pixel_ < draws_.pixels) return at;
    pixel_ = 0;
    image_ += draws_.pixels * draws_.channels;
    return at;
  }

 private:
  const Draws& draws_;
  std::int64_t channel_ = 0, pixel_ = 0, image_ = 0;
};

/// Two vectors of positions, one behind the other.
struct TwoVecs {
  Vec half[2];
};

struct DropoutStep {
  const DropoutDraws& dropout;
  SUMI_INLINE TwoVecs draw(const Generator::Words& w) const {
    const LongVec a = side_by_side(w.word[0], w.word[1]), b = side_by_side(w.word[2], w.word[3]);
    return {{from_bits(upper_bits(in_turns(a, b, false))), from_bits(upper_bits(in_turns(a, b, true)))}};
  }
  SUMI_INLINE Vec apply(Vec x, Vec drawn) const {
    const IntVec kept = bits_of(drawn) >= dropout.threshold;
    return kept ? x * dropout.scale : broadcast<Vec>(dropout.dropped);
  }
};

struct NoiseStep {
  const NoiseDraws& noise;
  static SUMI_INLINE Vec unit(LongVec words) { return __builtin_convertvector(upper_bits(words), Vec) * 0x1p-24F; }
  // The pairs of two counters' four words each side by side: (0, 1) and (2, 3).
  SUMI_INLINE TwoVecs draw(const Generator::Words& w) const {
    const Vec radius = square_root(-2.0F * logarithm(1.0F - unit(side_by_side(w.word[0], w.word[2]))));
    const Rotation direction = rotation(unit(side_by_side(w.word[1], w.word[3])));
    const Vec first = radius * direction.cosine, second = radius * direction.sine;
    return {{in_turns(first, second, false), in_turns(first, second, true)}};
  }
  SUMI_INLINE Vec apply(Vec x, Vec drawn) const {
    const Vec change = drawn * noise.stddev;
    return noise.multiplies ? x * (change + 1.0F) : x + change;
  }
};

/// y = step(x, what is drawn) at the positions [begin, end) of a plain order; begin is a multiple of 2 * lanes.
template <class Step>
SUMI_INLINE void draw_each(const Draws& draws, const Step& step, const float* x, float* y, std::int64_t begin,
                           std::int64_t end) {
  Generator generator(draws, begin);
  TwoVecs drawn = {};
  bool second = false;
  BlockedPlace place(draws, begin);
  for (std::int64_t i = begin; i < end; i += lanes) {
    if (!second) drawn = step.draw(generator.next());
    const std::int64_t at = draws.block == 0 ? i : place.next();
    const Vec now = second ? drawn.half[1] : drawn.half[0];
    second = !second;
    if (i + lanes <= end) {
      store(y + at, step.apply(load<Vec>(x + at), now));
      continue;
    }
    Vec rest = {};
    __builtin_memcpy(&rest, x + at, static_cast<std::size_t>(end - i) * sizeof(float));
    rest = step.apply(rest, now);
    __builtin_memcpy(y + at, &rest, static_cast<std::size_t>(end - i) * sizeof(float));
  }
}

void dropout(const Draws& draws, const DropoutDraws& dropout, const float* x, float* y, std::int64_t begin,
             std::int64_t end) {
  draw_each(draws, DropoutStep{dropout}, x, y, begin, end);
}

void gaussian_noise(const Draws& draws, const NoiseDraws& noise, const float* x, float* y, std::int64_t begin,
                    std::int64_t end) {
  draw_each(draws, NoiseStep{noise}, x, y, begin, end);
}

template <class V>
SUMI_INLINE void scale_or_drop(const float* scales, float dropped, const float* x, float* y) {
  const V scale = load<V>(scales);
  store(y, V(scale != V{} ? V(load<V>(x) * scale) : broadcast<V>(dropped)));
}

void dropout_rows(const float* scales, float dropped, const float* x, float* y, std::int64_t rows,
                  std::int64_t length) {
  for (std::int64_t row = 0; row < rows; ++row, x += length, y += length) {
    std::int64_t i = 0;
    for (; i + lanes <= length; i += lanes) scale_or_drop<Vec>(scales + i, dropped, x + i, y + i);
    for (; i < length; ++i) scale_or_drop<float>(scales + i, dropped, x + i, y + i);
  }
}
