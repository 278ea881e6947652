// Sums over rows, which may be short. See simd-inl.hpp for how this file is included.

/// So many vectors are added up in float before their sum goes on in double.
constexpr std::int64_t row_block = 64 * lanes;

struct RowSums {
  double a = 0, b = 0;
};
/// Calls body.add(i, how many floats there are from i on, sums) for the vectors of a row. Two pairs of sums take turns.
template <class Body>
SUMI_INLINE RowSums sums_of_row(const Body& body, std::int64_t size) {
  RowSums total;
  for (std::int64_t begin = 0; begin < size; begin += row_block) {
    const std::int64_t end = begin + row_block < size ? begin + row_block : size;
    TwoSums even = {}, odd = {};
    std::int64_t i = begin;
    for (; i + 2 * lanes <= end; i += 2 * lanes) {
      body.add(i, lanes, even);
      body.add(i + lanes, lanes, odd);
    }
    for (; i < end; i += lanes) body.add(i, end - i, even);
    total.a += static_cast<double>(sum_of(even.a + odd.a));
    total.b += static_cast<double>(sum_of(even.b + odd.b));
  }
  return total;
}
