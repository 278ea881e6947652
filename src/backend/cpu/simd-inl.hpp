// Vectors of SUMI_LANES floats for kernels that are written once and compiled for every instruction set.
//
// Included inside a namespace of its own and inside a `#pragma GCC target` region, by kernels_<isa>.cpp only; hence no
// include guard and no #include. A kernel is a template over V: Vec for whole vectors, float for what is left over, so
// that nothing is written twice. `+ - * / < > <= >= == ?:` work on both, lane by lane; a * b + c becomes one fused
// multiply-add where there is one. Everything is forced inline, which also makes the compiler refuse a mix of targets.
// Lambdas don't take part in a target region: use functions and structs.

#define SUMI_INLINE inline __attribute__((always_inline))

inline constexpr std::int64_t lanes = SUMI_LANES;
typedef float Vec __attribute__((vector_size(SUMI_LANES * sizeof(float))));
typedef std::int32_t IntVec __attribute__((vector_size(SUMI_LANES * sizeof(float))));

/// The integers that go with V, lane by lane: positions to compare and select by.
template <class V>
struct IntegersOf {
  using Type = IntVec;
};
template <>
struct IntegersOf<float> {
  using Type = std::int32_t;
};
template <class V>
using Integers = typename IntegersOf<V>::Type;

/// How many floats a V holds.
template <class V>
inline constexpr std::int64_t width = static_cast<std::int64_t>(sizeof(V) / sizeof(float));

template <class V>
SUMI_INLINE V load(const float* from) {
  V v;
  __builtin_memcpy(&v, from, sizeof(V));
  return v;
}

template <class V>
SUMI_INLINE void store(float* to, V v) {
  __builtin_memcpy(to, &v, sizeof(V));
}

/// The same number in every lane.
template <class V>
SUMI_INLINE V broadcast(float x) {
  return x - V{};
}

/// The first `count` floats of a vector; the others are `rest`.
SUMI_INLINE Vec load_some(const float* from, std::int64_t count, float rest) {
  if (count >= lanes) return load<Vec>(from);
#if SUMI_LANES == 16
  return _mm512_mask_loadu_ps(broadcast<Vec>(rest), static_cast<__mmask16>((1U << count) - 1), from);
#else
  Vec v = broadcast<Vec>(rest);
  for (std::int64_t i = 0; i < count; ++i) v[i] = from[i];
  return v;
#endif
}
SUMI_INLINE void store_some(float* to, Vec v, std::int64_t count) {
  if (count >= lanes) return store(to, v);
#if SUMI_LANES == 16
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1U << count) - 1), v);
#else
  for (std::int64_t i = 0; i < count; ++i) to[i] = v[i];
#endif
}

/// a > b ? a : b, so b where one of them is not a number.
template <class V>
SUMI_INLINE V larger(V a, V b) {
  return a > b ? a : b;
}

/// a < b ? a : b, so b where one of them is not a number.
template <class V>
SUMI_INLINE V smaller(V a, V b) {
  return a < b ? a : b;
}

/// All lanes as one, the halves of a vector first: combine(combine(...), combine(...)).
template <class Combine>
SUMI_INLINE float folded(Vec v, const Combine& combine) {
#if SUMI_LANES == 16
  const auto eight = combine(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7),
                             __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15));
#else
  const Vec eight = v;
#endif
#if SUMI_LANES >= 8
  const auto four =
      combine(__builtin_shufflevector(eight, eight, 0, 1, 2, 3), __builtin_shufflevector(eight, eight, 4, 5, 6, 7));
#else
  const Vec four = eight;
#endif
  return combine(combine(float(four[0]), float(four[2])), combine(float(four[1]), float(four[3])));
}
struct Largest {
  template <class V>
  SUMI_INLINE V operator()(V a, V b) const {
    return larger(a, b);
  }
};
struct Total {
  template <class V>
  SUMI_INLINE V operator()(V a, V b) const {
    return a + b;
  }
};
SUMI_INLINE float most_of(Vec v) { return folded(v, Largest{}); }
SUMI_INLINE float sum_of(Vec v) { return folded(v, Total{}); }

SUMI_INLINE float square_root(float x) { return __builtin_sqrtf(x); }
SUMI_INLINE Vec square_root(Vec x) {
#if SUMI_LANES == 16
  return _mm512_maskz_sqrt_ps(0xffff, x);  // the plain one warns of its own undefined lanes
#elif SUMI_LANES == 8
  return _mm256_sqrt_ps(x);
#elif defined(__SSE2__)
  return _mm_sqrt_ps(x);
#else
  for (std::int64_t i = 0; i < lanes; ++i) x[i] = __builtin_sqrtf(x[i]);
  return x;
#endif
}

/// to[i] += v[i], in double.
SUMI_INLINE void accumulate(double* to, Vec v) {
  for (std::int64_t i = 0; i < lanes; ++i) to[i] += static_cast<double>(v[i]);
}
