// The global stream of seeds.
#include <vector>

#include "sumi/random.hpp"
#include "support/catch.hpp"

using namespace sumi;

TEST_CASE("the same global seed gives the same seeds") {
  const auto three = [](std::int64_t seed) {
    set_random_seed(seed);
    return std::vector{next_seed(), next_seed(), next_seed()};
  };
  CHECK(three(7) == three(7));
  CHECK(three(7) != three(8));
  CHECK(three(7)[0] != three(7)[1]);
  CHECK(three(-1) == three(-1));
}
