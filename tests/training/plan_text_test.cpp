// The plan as a table.
#include <sstream>

#include "sumi/layers.hpp"
#include "sumi/plan.hpp"
#include "sumi/sequential.hpp"
#include "sumi/session.hpp"
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

#  layer   op      kernel          output        layout     fused         MB   MFLOP
────────────────────────────────────────────────────────────────────────────────────
1  conv2d  conv2d  oneDNN brgconv  250x26x26x32  plain->16  bias relu  21.38   97.34
2  Adam    update  one loop        432138        plain                 11.54    3.46
────────────────────────────────────────────────────────────────────────────────────
   total                                                               32.92  100.80
)");
}

TEST_CASE("Measured steps beside what they would take at best") {
  Plan measured = plan;
  measured.peak_flops = 400e9;
  measured.memory_bandwidth = 50e9;
  measured.steps[0].seconds = 896.57344e-6;  // twice what its bytes take
  measured.steps[1].seconds = 121e-6;        // half of what its bytes take: from the caches
  measured.steps.push_back({"fold_affine", "conv2d_1", "cpu/fold_affine", {3, 3, 32, 64}, "plain", "", 147968, 36992});
  measured.steps[2].once = true;
  measured.steps[2].seconds = 8e-6;
  CHECK(measured.estimated_seconds(measured.steps[0]) == 22414336 / 50e9);
  measured.steps[0].bytes = 1;
  CHECK(measured.estimated_seconds(measured.steps[0]) == 97344000 / 400e9);
  measured.steps[0].bytes = plan.steps[0].bytes;
  CHECK(plan.estimated_seconds(plan.steps[0]) == 0);
  CHECK(measured.to_string() ==
        R"(Training step of 250 samples: 3 steps, 100.84 MFLOP, 33.06 MB read and written
Temporaries: 43.00 MB (120.00 MB if each had memory of its own)
This machine at its best: 400 GFLOP/s, 50.0 GB/s from memory

#  layer     op           kernel          output        layout     fused         MB   MFLOP      us  at best  share
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
1  conv2d    conv2d       oneDNN brgconv  250x26x26x32  plain->16  bias relu  21.38   97.34   896.6    448.3    50%
2  Adam      update       one loop        432138        plain                 11.54    3.46   121.0    242.0   200%
3  conv2d_1  fold_affine  cpu             3x3x32x64     plain                  0.14    0.04   (8.0)      3.0    37%
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
   total                                                                      33.06  100.84  1017.6    690.3    68%
)");
}

TEST_CASE("An inference plan, one step of one sample, and none") {
  const Plan inference{{plan.steps[0]}, 1, false, 0, 0};
  CHECK(inference.to_string().starts_with("Inference of 1 sample: 1 step, 97.34 MFLOP, 21.38 MB read and written\n"));
  const Plan empty{{}, 2, false, 0, 0};
  CHECK(empty.to_string() == R"(Inference of 2 samples: 0 steps, 0.00 MFLOP, 0.00 MB read and written
Temporaries: 0.00 MB (0.00 MB if each had memory of its own)

#  layer  op  kernel  output  layout  fused    MB  MFLOP
────────────────────────────────────────────────────────
   total                                     0.00   0.00
)");
}

TEST_CASE("Streaming a plan prints its table") {
  std::ostringstream text;
  text << plan;
  CHECK(text.str() == plan.to_string());
}

TEST_CASE("Measuring a plan times every step and leaves the model as it was") {
  clear_session();
  Sequential model({Input{.shape = {6, 6, 1}}, Conv2D{.filters = 2, .kernel_size = 3}, BatchNormalization{}, Flatten{},
                    Dense{.units = 3, .activation = "softmax"}});
  model.compile({.optimizer = Adam{}, .loss = "sparse_categorical_crossentropy"});
  const std::vector<Tensor> before = model.get_weights();
  const std::string summary = model.summary_text();
  const Plan measured = model.plan({.batch_size = 4, .measure = 3});
  CHECK(measured.peak_flops > 0);
  CHECK(measured.memory_bandwidth > 0);
  CHECK(measured.steps.back().op == "update");
  for (const PlanStep& step : measured.steps) CHECK(step.seconds > 0);
  CHECK(model.get_weights() == before);
  CHECK(model.summary_text() == summary);  // no optimizer was made
  CHECK(model.iterations() == 0);
}

TEST_CASE("Passes can be left out of a plan") {
  Sequential model({Input{.shape = {4}}, Dense{.units = 3, .activation = "relu"}});
  const std::size_t fused = model.plan({.training = false}).steps.size();
  CHECK(model.plan({.training = false, .without = {"fuse_relu"}}).steps.size() == fused + 1);
  CHECK(model.plan({.training = false, .without = plan_passes()}).steps.size() == fused + 2);
  CHECK(model.plan({.training = false}).steps.size() == fused);
  CHECK_THROWS_WITH(model.plan({.training = false, .without = {"fuse_nothing"}}), ContainsSubstring("fuse_norms"));
}
