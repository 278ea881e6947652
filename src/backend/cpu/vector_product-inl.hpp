// One row times a matrix: every number of the matrix is read once, in the order in which it lies, so that memory is all
// that counts. See simd-inl.hpp for how this file is included.

/// sums of rows [begin, end) in `wide` vectors of columns from `column` on. Rows to come are fetched meanwhile.
template <int wide>
SUMI_INLINE void vector_product_columns(const VectorProduct& p, std::int64_t begin, std::int64_t end,
                                        std::int64_t column, float* sums) {
  constexpr std::int64_t ahead = 4;
  Vec sum[wide] = {};
  for (std::int64_t k = begin; k < end; ++k) {
    const float* row = p.matrix + k * p.columns + column;
#pragma GCC unroll 16
    for (int i = 0; i < wide; ++i) {
      __builtin_prefetch(row + ahead * p.columns + i * lanes);
      sum[i] += load<Vec>(row + i * lanes) * p.row[k];
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < wide; ++i) store(sums + column + i * lanes, sum[i]);
}

void vector_product(const VectorProduct& p, std::int64_t begin, std::int64_t end, float* sums) {
  std::int64_t column = 0;
  for (; column + 16 * lanes <= p.columns; column += 16 * lanes) {
    vector_product_columns<16>(p, begin, end, column, sums);
  }
  for (; column + 4 * lanes <= p.columns; column += 4 * lanes) {
    vector_product_columns<4>(p, begin, end, column, sums);
  }
  for (; column < p.columns; column += lanes) vector_product_columns<1>(p, begin, end, column, sums);
}
