// The random number generator: known answers, purity, distributions.
#include "core/random.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include "support/catch.hpp"

using sumi::philox;
using sumi::Random;
using sumi::uniform_at;

TEST_CASE("philox gives the published answers") {
  // Random123's known-answer tests of philox4x32-10.
  using Block = std::array<std::uint32_t, 4>;
  CHECK(philox(0, 0, 0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox(~0ULL, ~0ULL, ~0ULL) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream is the blocks of its counter, one after the other") {
  Random random(5, 9);
  for (std::uint64_t counter = 0; counter < 3; ++counter) {
    for (const std::uint32_t word : philox(5, 9, counter)) CHECK(random.next_u32() == word);
  }
}

TEST_CASE("uniform_at is the word of its index, from 0 to below 1") {
  for (std::uint64_t i = 0; i < 100; ++i) {
    const float u = uniform_at(1, 2, i);
    CHECK(u == sumi::to_unit_float(philox(1, 2, i / 4)[i % 4]));
    CHECK(u >= 0.0F);
    CHECK(u < 1.0F);
  }
  CHECK(sumi::to_unit_float(0) == 0.0F);
  CHECK(sumi::to_unit_float(0xFFFFFFFF) < 1.0F);
}

TEST_CASE("uniform and normal numbers have their moments") {
  Random random(123);
  constexpr int count = 20000;
  double sum = 0;
  double squares = 0;
  double normal_sum = 0;
  double normal_squares = 0;
  for (int i = 0; i < count; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0.0);
    REQUIRE(u < 1.0);
    sum += u;
    squares += u * u;
    const double z = random.normal();
    normal_sum += z;
    normal_squares += z * z;
  }
  // Four standard errors of each: deviation / sqrt(20000) is 0.0020, 0.0021, 0.0071 and 0.01.
  CHECK(sum / count == Approx(0.5).margin(0.0082));
  CHECK(squares / count == Approx(1.0 / 3).margin(0.0085));
  CHECK(normal_sum / count == Approx(0.0).margin(0.029));
  CHECK(normal_squares / count == Approx(1.0).margin(0.04));
}

TEST_CASE("below gives every number equally often") {
  Random random(7);
  std::vector<int> hits(5);
  for (int i = 0; i < 10000; ++i) ++hits.at(random.below(5));
  for (const int n : hits) CHECK(n == Approx(2000).margin(160));  // four standard deviations of sqrt(10000 * 0.16)
  CHECK(random.below(1) == 0);
  CHECK(random.below(~0ULL) < ~0ULL);
}
