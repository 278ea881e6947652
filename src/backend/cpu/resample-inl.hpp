// Weighted sums of rows and pixels. See simd-inl.hpp for how this file is included.

/// The sums of V-many neighbours, channel c and on.
template <class V>
SUMI_INLINE void sum_shares(const Share* share, const Share* end, const float* from, float* to) {
  V sum = load<V>(from + share->offset) * share->weight;
  while (++share < end) sum += load<V>(from + share->offset) * share->weight;
  store(to, sum);
}

void weighted_sums(const WeightedSums& sums, const float* x, float* y) {
  for (std::int64_t i = 0; i < sums.count; ++i, y += sums.length) {
    const Share* begin = sums.shares + sums.begins[i];
    const Share* end = sums.shares + sums.begins[i + 1];
    std::int64_t c = 0;
    for (; c + lanes <= sums.length; c += lanes) sum_shares<Vec>(begin, end, x + c, y + c);
    for (; c < sums.length; ++c) sum_shares<float>(begin, end, x + c, y + c);
  }
}
