// Gradients of group normalisation, against differences.
#include "support/numeric_gradient.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::testing::check_gradients;
using sumi::testing::Experiment;
using sumi::testing::fill;

namespace {

struct Case {
  Shape x;
  int groups = 1;
  bool gamma = true, beta = true;
};

ValueId group_norm(Experiment& e, const Case& c, bool x_is_trained = true) {
  const Shape channels = {c.x.back()};
  return e.op(GroupNorm{c.groups, 1e-3}, {e.weight(c.x, fill(c.x, 1, 2.0, 0.5), x_is_trained),
                                          c.gamma ? e.weight(channels, fill(channels, 3, 0.5, 1.0)) : none,
                                          c.beta ? e.weight(channels, fill(channels, 5)) : none});
}

}  // namespace

TEST_CASE("gradients of group_norm") {
  const std::vector<Case> cases = {
      {{4, 3}, 1},       {{5, 6}, 2, false, true}, {{5, 6}, 3, true, false}, {{5, 4}, 4, false, false},
      {{2, 3, 2, 6}, 3}, {{1, 3, 5, 2}, 2},        {{3, 4, 5}, 1},           {{7, 1}, 1},
  };
  for (const Case& c : cases) {
    for (const bool x_is_trained : {true, false}) {
      if (!x_is_trained && !c.gamma && !c.beta) continue;
      INFO(to_string(c.x) << " in " << c.groups << " groups");
      Experiment e;
      check_gradients(e, group_norm(e, c, x_is_trained));
    }
  }
}

TEST_CASE("group_norm's moments are biased and its epsilon stands within the root") {
  Experiment e;
  const ValueId x = e.feed({1, 4}, {1.0, 3.0, -2.0, 2.0});
  const std::vector<ValueId> outputs = e.ops(GroupNorm{2, 0.25}, {x, none, none});
  e.run();
  CHECK(e.at(outputs[1]) == std::vector<double>{2.0, 0.0});
  CHECK(e.at(outputs[2])[0] == Approx(1.0 / std::sqrt(1.0 + 0.25)));
  CHECK(e.at(outputs[2])[1] == Approx(1.0 / std::sqrt(4.0 + 0.25)));
  CHECK(e.at(outputs[0])[1] == Approx(1.0 / std::sqrt(1.25)));
}
