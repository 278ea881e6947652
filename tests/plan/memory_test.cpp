// Buffers that live at the same time never overlap, and sharing never costs more than not sharing.
#include "plan/memory.hpp"

#include <algorithm>

#include "core/random.hpp"
#include "support/catch.hpp"

using sumi::plan::Lifetime;
using sumi::plan::MemoryPlan;
using sumi::plan::plan_memory;

TEST_CASE("buffers that never meet share memory") {
  const MemoryPlan plan = plan_memory({{100, 0, 1}, {100, 2, 3}, {100, 4, 5}});
  CHECK(plan.offsets == std::vector<std::size_t>{0, 0, 0});
  CHECK(plan.total == 112);  // 100 floats, rounded up to 64 bytes
}

TEST_CASE("a step's input and output are not shared") {
  const MemoryPlan plan = plan_memory({{16, 0, 1}, {16, 1, 2}});
  CHECK(plan.offsets == std::vector<std::size_t>{0, 16});
}

TEST_CASE("the tightest gap is taken") {
  // 96 and 64 floats are free between long-lived neighbours; the last buffer fits both.
  const MemoryPlan plan = plan_memory({{160, 0, 9}, {96, 0, 2}, {80, 0, 9}, {64, 0, 2}, {48, 0, 9}, {32, 5, 6}});
  CHECK(plan.offsets[5] == plan.offsets[3]);
}

TEST_CASE("random lifetimes keep the properties of a plan") {
  sumi::Random random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Lifetime> lives;
    std::size_t sum = 0;
    for (std::uint64_t i = 0, n = 1 + random.below(24); i < n; ++i) {
      const int first = static_cast<int>(random.below(20));
      lives.push_back({1 + random.below(500), first, first + static_cast<int>(random.below(8))});
      sum += (lives.back().size + 15) / 16 * 16;
    }
    const MemoryPlan plan = plan_memory(lives);
    std::size_t largest_live_set = 0;
    for (int time = 0; time < 28; ++time) {
      std::size_t live = 0;
      for (const Lifetime& life : lives) {
        if (life.first <= time && time <= life.last) live += (life.size + 15) / 16 * 16;
      }
      largest_live_set = std::max(largest_live_set, live);
    }
    REQUIRE(plan.total <= sum);
    REQUIRE(plan.total >= largest_live_set);
    for (std::size_t a = 0; a < lives.size(); ++a) {
      REQUIRE(plan.offsets[a] % 16 == 0);
      REQUIRE(plan.offsets[a] + lives[a].size <= plan.total);
      for (std::size_t b = 0; b < a; ++b) {
        const bool meet = lives[a].first <= lives[b].last && lives[b].first <= lives[a].last;
        const bool apart =
            plan.offsets[a] + lives[a].size <= plan.offsets[b] || plan.offsets[b] + lives[b].size <= plan.offsets[a];
        REQUIRE((!meet || apart));
      }
    }
  }
}
