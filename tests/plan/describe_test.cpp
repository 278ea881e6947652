// What a plan says of its steps, where ops were fused.
#include <sstream>

#include "plan/model_graphs.hpp"
#include "plan/passes.hpp"
#include "support/catch.hpp"

using namespace sumi;
using namespace sumi::testing;

namespace {

// Two convolutions with norms around a pool between them, for two images of 8 by 8.
std::vector<Layer> network() {
  return {Conv2D{.filters = 4, .kernel_size = 3, .activation = "relu", .name = "c"},
          BatchNormalization{.name = "n"},
          MaxPooling2D{.name = "p"},
          BatchNormalization{.name = "n1"},
          Conv2D{.filters = 5, .kernel_size = 2, .activation = "relu", .name = "c1"},
          BatchNormalization{.name = "n2"},
          Flatten{.name = "f"},
          Dense{.units = 3, .activation = "softmax", .name = "d"}};
}

// Op, layer, output, bytes, flops, fused: on the reference, which takes every fused op and so is the same everywhere.
std::string described(bool training, const std::vector<std::string>& without = {}) {
  ModelGraph model = make_model_graph(network(), {2, 8, 8, 1}, training);
  const plan::PassContext context{backend::reference(), model.kept(), 1};
  plan::optimize(model.graph, context, without);
  const plan::Executable executable(std::move(model.graph), model.table, context);
  std::ostringstream text;
  for (const PlanStep& step : executable.describe().steps) {
    text << (step.once ? "once " : "") << step.op << ' ' << step.layer << ' ' << to_string(step.output) << ' '
         << step.bytes << ' ' << step.flops << (step.fused.empty() ? "" : " + ") << step.fused << "\n";
  }
  return text.str();
}

}  // namespace

TEST_CASE("A fused training step is described") {
  CHECK(described(true) == R"(conv2d c (2, 3, 3, 4) 1040 5184 + bias relu moments pool
norm_chain n (2, 4) 352 88 + norm pool norm
fold_affine c1 (2, 2, 4, 5) 712 178
conv2d c1 (2, 2, 2, 5) 828 1280 + bias relu moments
norm_chain n2 (2, 5) 240 60 + norm
channel_affine n2 (2, 2, 2, 5) 360 90
matmul d (2, 3) 436 240 + bias
softmax_cross_entropy loss (2, 3) 64 16
reduce_loss loss () 20 5
reduce_loss_backward loss (2,) 28 7
softmax_cross_entropy_backward loss (2, 3) 64 16
sum_to_bias d (3,) 36 9
matmul d (20, 3) 424 240
matmul d (2, 20) 424 240
gradient_sums n2 (2, 5) 400 100
norm_chain_backward n2 (5, 5) 280 70 + norm
conv2d_backward c1 (2, 3, 3, 4) 1656 2560 + relu dx dw dbias
fold_affine_backward c1 (2, 2, 4, 5) 1076 269 + gradient_sums
norm_chain_backward n (5, 4) 336 84 + norm pool norm
conv2d_chain_backward c (3, 3, 1, 4) 1216 10368 + conv2d pool relu dbias
)");
}

TEST_CASE("A fused inference is described") {
  CHECK(described(false) == R"(conv2d c (2, 3, 3, 4) 976 5184 + bias relu pool
once norm_chain n (2, 4) 160 40 + norm pool norm
once fold_affine c1 (2, 2, 4, 5) 712 178
conv2d c1 (2, 2, 2, 5) 788 1280 + bias relu
once norm_chain n2 (2, 5) 120 30 + norm
once fold_affine d (20, 3) 544 136
matmul d (2, 3) 436 240 + bias
softmax d (2, 3) 48 12
)");
}

TEST_CASE("A convolution that is not computed again shows its own output and its gradient") {
  const std::string text = described(true, {"recompute_convolutions"});
  CHECK_THAT(text, ContainsSubstring("conv2d c (2, 6, 6, 4) 2192 5184 + bias relu moments pool\n"));
  CHECK_THAT(text, ContainsSubstring("norm_chain_backward_data n (2, 6, 6, 4) 2688 672 + pool relu\n"));
  CHECK_THAT(text, ContainsSubstring("conv2d_backward_weights c (3, 3, 1, 4) 1824 5184 + dbias\n"));
}

TEST_CASE("Without passes nothing is fused, and products are those of the direct algorithms") {
  std::vector<std::string> all;
  for (const plan::Pass& pass : plan::passes()) all.emplace_back(pass.name);
  CHECK(all == plan_passes());
  const std::string text = described(true, all);
  CHECK(text.find('+') == std::string::npos);
  CHECK_THAT(text, ContainsSubstring("conv2d_backward_data c1 (2, 3, 3, 4) 768 1280\n"));
}
