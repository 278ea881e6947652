// Multiply-adds and nothing else: what the machine can do at best.

// Each chain waits for its own last result only. Twelve of them hide the latency of a multiply-add, and fit into the
// registers with the two factors.
inline std::int64_t multiply_adds(std::int64_t rounds, float* result) {
  constexpr std::int64_t chains = 12;
  const Vec factor = broadcast<Vec>(0.999F), summand = broadcast<Vec>(1e-3F);
  Vec sums[chains];
  // Not known to the compiler, which would leave out a chain that it saw converge.
  for (std::int64_t i = 0; i < chains; ++i) sums[i] = broadcast<Vec>(*result + static_cast<float>(i));
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (std::int64_t i = 0; i < chains; ++i) sums[i] = sums[i] * factor + summand;
  }
  Vec total = sums[0];
  for (std::int64_t i = 1; i < chains; ++i) total = total + sums[i];
  *result = total[0];
  return rounds * chains * lanes * 2;
}
