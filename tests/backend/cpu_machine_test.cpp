// The loop behind the machine's peak really does what it is counted for.
#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/cpu/kernels.hpp"
#include "sumi/machine.hpp"
#include "support/catch.hpp"

using namespace sumi;

TEST_CASE("The multiply-adds that are counted are made", "[cpu]") {
  constexpr int rounds = 100, chains = 12;
  float result = 2;
  const std::int64_t flops = backend::cpu_detail::kernels().multiply_adds(rounds, &result);
  const std::int64_t lanes = flops / (std::int64_t{2} * rounds * chains);
  CHECK(flops == 2 * rounds * chains * lanes);
  CHECK((lanes == 4 || lanes == 8 || lanes == 16));

  double expected = 0, largest = 0;
  for (int chain = 0; chain < chains; ++chain) {
    double x = 2.0 + chain;
    largest = std::max(largest, x);
    for (int round = 0; round < rounds; ++round) x = x * double{0.999F} + double{1e-3F};
    expected += x;
  }
  // Two roundings a round where there is no fused multiply-add, none of which grows later; then the sum's own.
  const double unit = std::numeric_limits<float>::epsilon() / 2;
  const double bound = unit * chains * largest * (2 * rounds + chains);
  CHECK(std::abs(double{result} - expected) <= bound);
  CHECK(bound < 0.1);  // less than a chain, each of which is above 1
}

TEST_CASE("The machine's limits are measured on one thread and on several", "[cpu]") {
  for (const int threads : {1, 3}) {
    CHECK(peak_flops(threads) > 1e8);
    CHECK(memory_bandwidth(threads) > 1e8);
  }
  CHECK((instruction_set() == "baseline" || instruction_set() == "avx2" || instruction_set() == "avx512"));
}
