// Gradients of batch normalisation, against differences.
#include "support/numeric_gradient.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::testing::check_gradients;
using sumi::testing::Experiment;
using sumi::testing::fill;

namespace {

struct Case {
  Shape x;
  int axis = -1;
  bool gamma = true, beta = true;
  std::vector<double> mask = {};
  std::optional<Renorm> renorm = {};
  double offset = 0.5;
};

ValueId batch_norm(Experiment& e, const Case& c, bool training) {
  const Shape channels = {c.x[static_cast<std::size_t>(c.axis)]};
  const auto constant = [&](int k, double a, double b) { return e.feed(channels, fill(channels, k, a, b)); };
  std::vector<ValueId> inputs = {e.weight(c.x, fill(c.x, 1, 2.0, c.offset)),
                                 c.gamma ? e.weight(channels, fill(channels, 3, 0.5, 1.0)) : none,
                                 c.beta ? e.weight(channels, fill(channels, 5)) : none,
                                 constant(6, 1.0, 0.0),
                                 constant(7, 0.5, 1.0),
                                 none,
                                 none,
                                 none,
                                 none};
  if (!c.mask.empty()) inputs[5] = e.feed({c.x.begin(), c.x.end() - 1}, c.mask);
  if (c.renorm) {
    inputs[6] = constant(8, 0.5, 1.0);
    inputs[7] = constant(9, 1.0, 0.0);
    inputs[8] = constant(10, 0.5, 1.0);
  }
  return e.op(BatchNorm{c.axis, 0.9, 1e-3, training, c.renorm}, inputs);
}

}  // namespace

TEST_CASE("gradients of batch_norm in training and in inference") {
  const std::vector<Case> cases = {
      {{4, 3}, 1},       {{5, 3}, 1, false, true}, {{5, 3}, 1, true, false}, {{5, 3}, 1, false, false},
      {{2, 3, 2, 3}, 3}, {{2, 3, 3, 2}, 1},        {{1, 3, 5, 2}, 3},        {{4, 2, 3}, 0},
      {{7, 1}, 1},       {{3, 2, 2, 1, 2}, 2},
  };
  for (const Case& c : cases) {
    for (const bool training : {true, false}) {
      INFO(to_string(c.x) << " along " << c.axis << (training ? ", training" : ", inference"));
      Experiment e;
      check_gradients(e, batch_norm(e, c, training));
    }
  }
}

TEST_CASE("gradients of batch_norm over a batch of one") {
  // Each element is its own mean, so that y is beta and epsilon alone keeps the deviation from 0.
  Experiment e;
  check_gradients(e, batch_norm(e, {{1, 3}, 1}, true));
}

TEST_CASE("gradients of batch_norm with a mask") {
  const std::vector<Case> cases = {
      {{2, 3, 2}, 2, true, true, {1, 1, 0, 0, 1, 1}},
      {{2, 3, 2}, 1, true, true, {1, 1, 0, 1, 1, 1}},  // channel 2 counts once in two
      {{2, 3, 2}, 2, true, true, {1, 1, 1, 1, 1, 1}},
      {{2, 3, 2}, 2, true, true, {0, 0, 0, 0, 0, 0}},
      // The 1e-7 in the divisor moves a large mean by as much as the check can see.
      {{2, 3, 2}, 2, true, true, {1, 1, 0, 0, 1, 1}, {}, 1000.0},
  };
  for (const Case& c : cases) {
    INFO("along " << c.axis);
    Experiment e;
    check_gradients(e, batch_norm(e, c, true));
  }
}

TEST_CASE("gradients of batch_norm with renormalisation, whose r and d are constants") {
  // The limits leave r and d no room to move, so that differences see constants too.
  Experiment e;
  check_gradients(e, batch_norm(e, {{4, 3}, 1, true, true, {}, Renorm{0.9, 1.5, 1.5, 0.0}}, true));
  Experiment moved;  // d is at one of its limits in each channel
  check_gradients(moved, batch_norm(moved, {{4, 3}, 1, true, true, {}, Renorm{0.9, 0.5, 0.5, 1e-3}}, true));
}
