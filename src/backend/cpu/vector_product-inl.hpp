// One row times a matrix: every number of the matrix is read once, so that memory is all that counts. See simd-inl.hpp
// for how this file is included.

/// `wide` vectors of columns from `column` on. The rows to come are fetched while the first ones are used.
template <int wide>
SUMI_INLINE void vector_product_columns(const VectorProduct& p, std::int64_t column) {
  constexpr std::int64_t ahead = 8;
  Vec sums[wide];
#pragma GCC unroll 8
  for (int i = 0; i < wide; ++i) sums[i] = p.bias != nullptr ? load<Vec>(p.bias + column + i * lanes) : Vec{};
  for (std::int64_t k = 0; k < p.inner; ++k) {
    const float* row = p.matrix + k * p.columns + column;
#pragma GCC unroll 8
    for (int i = 0; i < wide; ++i) {
      __builtin_prefetch(row + ahead * p.columns + i * lanes);
      sums[i] += load<Vec>(row + i * lanes) * p.row[k];
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < wide; ++i) store(p.y + column + i * lanes, p.relu ? larger(sums[i], Vec{}) : sums[i]);
}

void vector_product(const VectorProduct& p, std::int64_t begin, std::int64_t end) {
  std::int64_t column = begin;
  for (; column + 8 * lanes <= end; column += 8 * lanes) vector_product_columns<8>(p, column);
  for (; column + 4 * lanes <= end; column += 4 * lanes) vector_product_columns<4>(p, column);
  for (; column < end; column += lanes) vector_product_columns<1>(p, column);
}
