// The plan as a table.
#include <sstream>

#include "sumi/plan.hpp"
#include "support/catch.hpp"

using namespace sumi;

namespace {

const Plan plan{
    {{"conv2d", "conv2d", "oneDNN brgconv", {250, 26, 26, 32}, "plain -> blocked16", "bias relu", 22414336, 97344000},
     {"update", "Adam", "one loop", {432138}, "plain", "", 12099864, 3457104}},
    250,
    true,
    45088768,
    125829120};

}  // namespace

TEST_CASE("A training plan's table") {
  CHECK(plan.to_string() ==
        R"(Training step of 250 samples: 2 steps, 100.80 MFLOP, 32.92 MB read and written
Temporaries: 43.00 MB (120.00 MB if each had memory of its own)

step  layer   op      kernel          output             layout              fused         MB   MFLOP
─────────────────────────────────────────────────────────────────────────────────────────────────────
   1  conv2d  conv2d  oneDNN brgconv  (250, 26, 26, 32)  plain -> blocked16  bias relu  21.38   97.34
   2  Adam    update  one loop        (432138,)          plain                          11.54    3.46
─────────────────────────────────────────────────────────────────────────────────────────────────────
      total                                                                             32.92  100.80
)");
}

TEST_CASE("An inference plan, one step of one sample, and none") {
  const Plan inference{{plan.steps[0]}, 1, false, 0, 0};
  CHECK(inference.to_string().starts_with("Inference of 1 sample: 1 step, 97.34 MFLOP, 21.38 MB read and written\n"));
  const Plan empty{{}, 2, false, 0, 0};
  CHECK(empty.to_string() == R"(Inference of 2 samples: 0 steps, 0.00 MFLOP, 0.00 MB read and written
Temporaries: 0.00 MB (0.00 MB if each had memory of its own)

step  layer  op  kernel  output  layout  fused    MB  MFLOP
───────────────────────────────────────────────────────────
      total                                     0.00   0.00
)");
}

TEST_CASE("Streaming a plan prints its table") {
  std::ostringstream text;
  text << plan;
  CHECK(text.str() == plan.to_string());
}
