// One case of a file, and who checks it: a handler for each area, in files named after what they check.
#pragma once

#include <string>
#include <vector>

#include "golden/check.hpp"
#include "golden/expression.hpp"

namespace sumi::golden {

/// A fact of `golden-cases.json` (with op, inputs and expected), or a trace of `traces.json`.
struct Case {
  const Json& json;
  const std::vector<Json>& all;  ///< All cases of the file: some refer to one before them.

  std::string text(const char* key) const { return json.value(key, std::string()); }
  std::string op() const { return text("op"); }
  const Json& inputs() const { return json.at("inputs"); }
  const Json& expected() const { return json.at("expected"); }
  Tolerance tolerance() const { return tolerance_of(json.value("tolerance", Json())); }
};

/// What the traces say no tolerance for: they are float32 runs of another library, whose sums of some hundred terms
/// near 1 differ by up to some hundred roundings of 6e-8.
inline constexpr Tolerance trace_tolerance{1e-5, 1e-5};

/// The inputs as variables of expressions.
inline Variables variables_of(const Json& inputs) {
  Variables variables;
  for (const auto& [key, value] : inputs.items()) variables[key] = {value};
  return variables;
}

/// Throws Skip, Unreadable, Mismatch, or whatever sumi throws.
using Handler = void (*)(const Case&);

// activations.cpp
void activation_fact(const Case& c);
void activation_trace(const Case& c);
// layers.cpp
void layer_fact(const Case& c);
void output_shape_fact(const Case& c);
void conv2d_trace(const Case& c);
void pool2d_trace(const Case& c);
void maxpool_tie_trace(const Case& c);
// batch_norm.cpp
void batch_norm_fact(const Case& c);
void batch_norm_trace(const Case& c);
// losses.cpp
void loss_fact(const Case& c);
void loss_trace(const Case& c);
// metrics.cpp
void metric_fact(const Case& c);
// optimizers.cpp
void optimizer_fact(const Case& c);
void optimizer_trace(const Case& c);
void schedule_fact(const Case& c);
void schedule_trace(const Case& c);
// weights.cpp
void initializer_fact(const Case& c);
void regularizer_fact(const Case& c);
void constraint_fact(const Case& c);
// training.cpp
void training_fact(const Case& c);
void sequential_fact(const Case& c);
// end_to_end.cpp
void end_to_end_trace(const Case& c);
void weighted_trace(const Case& c);
// callbacks.cpp
void callback_fact(const Case& c);
// words.cpp
void naming_fact(const Case& c);
void error_fact(const Case& c);
// utils.cpp
void utils_fact(const Case& c);

}  // namespace sumi::golden
