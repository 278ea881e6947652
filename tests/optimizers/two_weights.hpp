// A model of two weights, (2, 3) and (3), with the values and the gradients of which Keras was asked in its traces.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "optimizers/optimizer_state.hpp"
#include "state/parameters.hpp"
#include "sumi/optimizers.hpp"
#include "support/catch.hpp"
#include "support/pattern.hpp"

namespace sumi::testing {

inline state::Parameter parameter(const char* layer, const char* name, Shape shape, bool trainable = true,
                                  Constraint constraint = {}) {
  return {.layer_name = layer,
          .name = name,
          .shape = std::move(shape),
          .arguments = {.constraint = std::move(constraint), .trainable = trainable}};
}

struct TwoWeights {
  explicit TwoWeights(Constraint constraint = {})
      : table({parameter("dense", "kernel", {2, 3}, true, constraint), parameter("dense", "bias", {3}, true)}),
        weights(table.floats()),
        gradients(table.floats()) {
    for (int p = 0; p < 2; ++p) {
      const state::Parameter& weight = table[static_cast<std::size_t>(p)];
      std::ranges::copy(fill<float>(weight.shape, p + 1), weights.data() + weight.offset);
    }
  }

  /// Step t of the traces, counted from 0; gradients times `scale`.
  void step(optimizers::OptimizerState& state, int t, float scale = 1.0F) {
    for (int p = 0; p < 2; ++p) {
      const state::Parameter& weight = table[static_cast<std::size_t>(p)];
      std::ranges::transform(fill<float>(weight.shape, (p == 0 ? 10 : 60) + t), gradients.data() + weight.offset,
                             [&](float value) { return scale * (0.5F * value); });
    }
    state.apply(weights, gradients, trainable);
  }

  /// The values after the first `steps` steps with a new optimizer.
  std::vector<float> train(const Optimizer& optimizer, int steps) {
    optimizers::OptimizerState state(optimizer, table);
    for (int t = 0; t < steps; ++t) step(state, t);
    return values();
  }

  /// All nine.
  std::vector<float> values() const {
    std::vector<float> all;
    for (const state::Parameter& p : table.all()) {
      all.insert(all.end(), weights.data() + p.offset, weights.data() + p.offset + p.size);
    }
    return all;
  }

  /// Whether all floats that belong to no weight are zero.
  bool padding_is_zero() const {
    const float* w = weights.data();
    return std::count(w + 6, w + 16, 0.0F) == 10 && std::count(w + 19, w + 32, 0.0F) == 13;
  }

  state::ParameterTable table;
  state::Arena weights, gradients;
  std::vector<bool> trainable = {true, true};
};

/// Absolute difference at most 1e-6: values are about 1 and float has 6e-8 there, five steps and a dozen roundings
/// each.
inline void require_close(const std::vector<float>& actual, const std::vector<float>& expected,
                          double tolerance = 1e-6) {
  REQUIRE(actual.size() == expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    INFO("element " << i);
    REQUIRE(actual[i] == Approx(expected[i]).margin(tolerance).epsilon(0));
  }
}

}  // namespace sumi::testing
