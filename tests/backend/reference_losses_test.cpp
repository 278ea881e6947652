// Losses of the reference: what Keras gave, and their corners.
#include <cmath>
#include <limits>

#include "backend/reference_run.hpp"
#include "support/pattern.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::testing::check_close;
using sumi::testing::fill;
using sumi::testing::run_op;

using Input = sumi::testing::Array<float>;

namespace {

// Traces of Keras 3.16 (torch backend, float32) on these probabilities: some certain, some wrong, some that do not sum
// to 1.
const Input probabilities = {{4, 3}, {0.7, 0.2, 0.1, 1, 0, 0, 0, 0.5, 0.5, 0.2, 0.3, 0.1}};
struct Trace {
  CrossEntropy op;
  std::vector<float> y_true;
  std::vector<double> values, gradient;
};
const std::vector<Trace> traces = {
    {{true, false, 0.0, std::nullopt},
     {0, 1, 0, 2},
     {0.35667497, 16.118095, 16.118095, 1.7917595},
     {-0.42857146, 1, 1, 0, 0, 0, 0, 0, 0, 1.6666667, 1.6666667, -8.333333}},
    {{false, false, 0.0, std::nullopt},
     {1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1},
     {0.35667497, 16.118095, 16.118095, 1.7917595},
     {-0.42857146, 1, 1, 0, 0, 0, 0, 0, 0, 1.6666667, 1.6666667, -8.333333}},
    {{false, false, 0.1, std::nullopt},
     {1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1},
     {0.46329743, 15.580826, 15.089766, 1.7320342},
     {-0.33333337, 0.83333331, 0.66666663, 0, 0, 0, 0.06666667, 0, 0, 1.5000001, 1.5555556, -7.666667}},
};

const std::vector<float> ones(4, 1.0F);

}  // namespace

TEST_CASE("reference cross_entropy does what Keras does with probabilities") {
  for (const Trace& trace : traces) {
    INFO((trace.op.sparse ? "sparse" : "dense") << ", smoothing " << trace.op.label_smoothing);
    const Input y_true = {trace.op.sparse ? Shape{4} : Shape{4, 3}, trace.y_true};
    check_close(run_op<float>(trace.op, {probabilities, y_true}, {{4}})[0], trace.values);
    check_close(run_op<float>(CrossEntropyBackward{trace.op}, {probabilities, y_true, {{4}, ones}}, {{4, 3}})[0],
                trace.gradient);
  }
}

TEST_CASE("a certain and right prediction costs what 1 - 1e-7 costs in float32, a certain and wrong one 16.118") {
  const CrossEntropy op;
  const auto values = run_op<float>(op, {{{2, 2}, {1, 0, 0, 1}}, {{2}, {0, 0}}}, {{2}});
  check_close(values[0], {1.1920929e-7, 16.118096}, 1e-7);
}

TEST_CASE("cross_entropy from logits never saturates") {
  const CrossEntropy op{true, true, 0.0, std::nullopt};
  const Input logits = {{2, 2}, {1000, 0, 1000, 0}};
  check_close(run_op<float>(op, {logits, {{2}, {0, 1}}}, {{2}})[0], {0, 1000});
  const auto gradient = run_op<float>(CrossEntropyBackward{op}, {logits, {{2}, {0, 1}}, {{2}, {1, 1}}}, {{2, 2}});
  check_close(gradient[0], {0, 0, 1, -1});
  // A class number as a column is the same.
  check_close(run_op<float>(op, {logits, {{2, 1}, {0, 1}}}, {{2}})[0], {0, 1000});
}

TEST_CASE("ignored labels cost nothing and are masked; impossible ones give NaN") {
  const CrossEntropy op{true, true, 0.0, -1};
  const Input logits = {{3, 2}, {1, 2, 3, 4, 5, 6}};
  const Input labels = {{3}, {0, -1, 2}};
  const auto out = run_op<float>(op, {logits, labels}, {{3}, {3}});
  check_close(std::vector<float>{out[0][0], out[0][1]}, {std::log(1 + std::exp(1.0)), 0});
  check_close(out[1], {1, 0, 1}, 0);
  CHECK(std::isnan(out[0][2]));
  const auto gradient = run_op<float>(CrossEntropyBackward{op}, {logits, labels, {{3}, {1, 1, 1}}}, {{3, 2}});
  CHECK(gradient[0][2] == 0.0F);
  CHECK(gradient[0][3] == 0.0F);
  CHECK(std::isnan(gradient[0][4]));
}

TEST_CASE("element-wise losses") {
  // The trace of mean squared error.
  const Input y_pred = {{2, 2}, {0.5, 0, 2, 5}};
  const Input y_true = {{2, 2}, {0, 1, 2, 3}};
  const PointwiseLoss square{PointwiseLossKind::squared_error};
  check_close(run_op<float>(square, {y_pred, y_true}, {{2}})[0], {0.625, 2.0});  // their mean is Keras's 1.3125
  const Input half = {{2}, {0.5, 0.5}};
  check_close(run_op<float>(PointwiseLossBackward{square}, {y_pred, y_true, half}, {{2, 2}})[0],
              {0.25, -0.5, 0.0, 1.0});
  const PointwiseLoss absolute{PointwiseLossKind::absolute_error};
  check_close(run_op<float>(absolute, {y_pred, y_true}, {{2}})[0], {0.75, 1.0});
  check_close(run_op<float>(PointwiseLossBackward{absolute}, {y_pred, y_true, half}, {{2, 2}})[0],
              {0.25, -0.25, 0.0, 0.25});
}

TEST_CASE("reductions with weights and masks") {
  const Input values = {{2, 2}, {1, 2, 3, 4}};
  const Input weights = {{2, 1}, {0.5, 2}};
  const auto reduce = [&](Reduction reduction, const Input& mask) {
    return run_op<float>(ReduceLoss{reduction}, {values, weights, mask}, {{}})[0][0];
  };
  const Input none = {};
  const Input some = {{2, 2}, {1, 1, 1, 0}};
  const Input nothing = {{2, 2}, {0, 0, 0, 0}};
  CHECK(reduce(Reduction::sum, none) == 15.5F);
  CHECK(reduce(Reduction::sum_over_batch_size, none) == 15.5F / 4);
  CHECK(reduce(Reduction::mean_with_sample_weight, none) == 15.5F / 5);
  CHECK(reduce(Reduction::sum, some) == 7.5F);
  CHECK(reduce(Reduction::sum_over_batch_size, some) == 2.5F);  // unmasked entries weigh 4 / 3
  CHECK(reduce(Reduction::mean_with_sample_weight, some) == 2.5F);
  for (const auto reduction : {Reduction::sum, Reduction::sum_over_batch_size, Reduction::mean_with_sample_weight}) {
    CHECK(reduce(reduction, nothing) == 0.0F);
    const auto gradient = run_op<float>(ReduceLossBackward{reduction}, {values, weights, nothing, {{}, {1}}}, {{2, 2}});
    check_close(gradient[0], {0, 0, 0, 0}, 0);
  }
}

TEST_CASE("a masked loss that is not finite doesn't count") {
  const float bad = std::numeric_limits<float>::quiet_NaN();
  const auto loss = run_op<float>(ReduceLoss{}, {{{2}, {bad, 3}}, {{2}, {1, 1}}, {{2}, {0, 1}}}, {{}});
  CHECK(loss[0][0] == 3.0F);
}

TEST_CASE("penalties of weights") {
  const Input w = {{2, 2}, {1, -2, 0, 3}};
  CHECK(run_op<float>(Penalty{L1{.l1 = 0.5}, 2.0}, {w}, {{}})[0][0] == 6.0F);
  CHECK(run_op<float>(Penalty{L2{.l2 = 0.5}, 2.0}, {w}, {{}})[0][0] == 14.0F);
  const auto gradient = run_op<float>(PenaltyBackward{L2{.l2 = 0.5}, 2.0}, {w, {{}, {3}}}, {{2, 2}});
  check_close(gradient[0], {6, -12, 0, 18}, 0);
}
