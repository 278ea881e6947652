// A loss on given data, in double on the reference.
#pragma once

#include <utility>
#include <vector>

#include "graph/builder.hpp"
#include "sumi/losses.hpp"
#include "support/catch.hpp"
#include "support/numeric_gradient.hpp"

namespace sumi::testing {

using Doubles = std::vector<double>;

struct Array {
  Shape shape;
  Doubles values;
};

struct LossResult {
  Doubles values;  // before the reduction
  double loss;
  Doubles gradient;  // of the loss by y_pred
};

/// `before`: appends ops to y_pred, which the loss then gets.
inline LossResult run_loss(const Loss& loss, const Array& y_true, const Array& y_pred,
                           const Doubles& sample_weight = {},
                           const std::function<Value(Lowering&, Value)>& before = {}) {
  const LossFunction behind{
      "behind",
      [&](Lowering& ops, Value t, Value p) { return loss->lower_values(ops, t, before ? before(ops, p) : p); },
      loss->reduction()};
  std::vector<graph::WeightDeclaration> none;
  graph::Builder builder(none, false, true, 0);
  const graph::ValueId t = builder.feed(y_true.shape, graph::Role::target, "y");
  const graph::ValueId p = builder.feed(y_pred.shape, graph::Role::parameter, "p");
  builder.graph.values[static_cast<std::size_t>(p)].parameter = 0;
  const auto total = builder.add_loss(behind, t, p, {});
  const graph::ValueId values = builder.graph.ops.back().inputs[0];
  Experiment e;
  e.graph = builder.graph;
  e.trainable = {true};
  e.data.resize(e.graph.values.size());
  e.at(t) = y_true.values;
  e.at(p) = y_pred.values;
  e.at(total.sample_weight) =
      sample_weight.empty() ? Doubles(static_cast<std::size_t>(y_true.shape[0]), 1.0) : sample_weight;
  const std::vector<graph::ValueId> gradients = e.run_backward(total.total);
  return {e.at(values), e.at(total.total)[0], e.at(gradients[static_cast<std::size_t>(p)])};
}

inline void require_close(const Doubles& actual, const Doubles& expected, double tolerance) {
  REQUIRE(actual.size() == expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    INFO("element " << i);
    REQUIRE(actual[i] == Approx(expected[i]).margin(tolerance).epsilon(0));
  }
}

}  // namespace sumi::testing
