// Facts about what acts on weights: initializers, regularizers, constraints.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <regex>

#include "core/fans.hpp"
#include "golden/cases.hpp"
#include "golden/objects.hpp"
#include "golden/probe.hpp"
#include "sumi/constraints.hpp"
#include "sumi/layers.hpp"
#include "sumi/regularizers.hpp"

namespace sumi::golden {
namespace {

// Draws of a random initializer for one shape, from several seeds.
std::vector<float> draw(const Initializer& initializer, const Shape& shape, std::size_t at_least) {
  const auto size = static_cast<std::size_t>(element_count(shape));
  std::vector<float> values;
  for (std::uint64_t seed = 1; values.size() < at_least; ++seed) {
    values.resize(values.size() + size);
    initializer->fill(shape, seed, std::span(values).last(size));
  }
  return values;
}

double mean(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(const std::vector<float>& values) {
  const double middle = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - middle) * (value - middle);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

double largest(const std::vector<float>& values) {
  double most = 0;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

// `glorot_uniform_limit`, `he_normal_stddev`: numbers of the formula, which no interface of sumi's says. So the formula
// (of Keras's documentation) must give the case's number to its tolerance, and 200,000 draws of sumi's must show that
// number: they stay within a uniform's limit, or two of the deviations that a truncated normal is given, and come as
// close to it as the 1 or 4 in a million that a draw falls within the last 2e-6 of it make certain.
void check_scale(const std::string& name, bool limit, const Shape& shape, const Json& expected,
                 const Tolerance& tolerance) {
  const Initializer initializer = named<Initializer>(name);
  const Fans fans = compute_fans(shape);
  const double fan = name.starts_with("glorot") ? (fans.in + fans.out) / 2 : fans.in;
  const double variance = (name.starts_with("he_") ? 2.0 : 1.0) / fan;
  constexpr double truncated_deviation = 0.87962566103423978;  // of a unit normal cut at -2 and 2
  const double formula = limit ? std::sqrt(3 * variance) : std::sqrt(variance) / truncated_deviation;
  check(expected, {{}, {formula}}, tolerance, name + ", formula");
  const std::vector<float> values = draw(initializer, shape, 200000);
  const double bound = limit ? formula : 2 * formula;
  if (largest(values) > bound * (1 + 1e-6))
    throw Mismatch("draws up to " + std::to_string(bound), std::to_string(largest(values)));
  check(bound, {{}, {largest(values)}}, {1e-3, 0}, name + ", largest draw");
  check(std::sqrt(variance), {{}, {deviation(values)}}, {1e-2, 0}, name + ", deviation of the draws");
}

void scales_fact(const Case& c) {
  static const std::regex scale("(\\w+)_(limit|stddev)");
  const Shape shape = c.inputs().at("shape").get<Shape>();
  for (const auto& [key, value] : c.expected().items()) {
    std::smatch match;
    if (key == "fan_in" || key == "fan_out") {
      const Fans fans = compute_fans(shape);
      check(value, {{}, {key == "fan_in" ? fans.in : fans.out}}, c.tolerance(), key);
    } else if (std::regex_match(key, match, scale)) {
      check_scale(match[1], match[2] == "limit", shape, value, c.tolerance());
    } else {
      throw Unreadable("the property `" + key + "` of initializers");
    }
  }
}

// Columns of a matrix: their length, and how far from orthogonal they are.
void check_columns(const Case& c, const Array& matrix) {
  const auto rows = static_cast<std::size_t>(matrix.shape.at(0)),
             columns = static_cast<std::size_t>(matrix.shape.at(1));
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t j = i; j < columns; ++j) {
      double product = 0;
      for (std::size_t r = 0; r < rows; ++r) product += matrix.data[r * columns + i] * matrix.data[r * columns + j];
      const Array got{{}, {i == j ? std::sqrt(product) : product}};
      check(c.expected().at(i == j ? "column_norm" : "column_dot_products"), got, c.tolerance(), "columns");
    }
  }
}

}  // namespace

void initializer_fact(const Case& c) {
  if (c.op() == "compute_fans") {
    using Axes = std::optional<std::vector<std::int64_t>>;
    const auto axes = [&](const char* key) {
      return c.inputs().contains(key) ? Axes(c.inputs()[key].get<std::vector<std::int64_t>>()) : Axes();
    };
    const Fans fans = compute_fans(c.inputs().at("shape").get<Shape>(), axes("input_axes"), axes("output_axes"));
    return check_same(c.expected(), {fans.in, fans.out});
  }
  if (c.inputs().contains("shape") && c.expected().is_object() && c.expected().contains("fan_in"))
    return scales_fact(c);
  const Parsed parsed = parse(c.op());
  const Call* call = parsed.value.call();
  if (call == nullptr) throw Unreadable(c.op());
  static const std::regex words("shape (\\([^)]*\\))(?:: (std|mean))?|");
  std::smatch match;
  if (!std::regex_match(parsed.rest, match, words)) throw Unreadable(c.op());
  if (!match[1].matched && !c.inputs().contains("shape")) throw Unreadable(c.op());
  Initializer initializer = named<Initializer>(call->name);
  saving::read_config(initializer, call->bare && c.inputs().contains("config") ? c.inputs()["config"]
                                                                               : config_from(initializer, *call));
  const Shape shape = (match[1].matched ? json_of(parse(match[1].str()).value) : c.inputs()["shape"]).get<Shape>();
  const std::vector<float> values = draw(initializer, shape, 1);
  const Array drawn = array_of(values.data(), shape);
  if (match[2].matched) {
    return check(c.expected(), {{}, {match[2] == "std" ? deviation(values) : mean(values)}}, c.tolerance(), match[2]);
  }
  if (c.expected().is_object() && c.expected().contains("column_norm")) return check_columns(c, drawn);
  check(c.expected(), drawn, c.tolerance());
}

void regularizer_fact(const Case& c) {
  const std::vector<std::string> parts = split(c.op(), ",");
  const auto first = assignment(parts.at(0));
  if (!first) {
    const Array x = evaluate_array(c.inputs().at("x"));
    const Parsed parsed = parse(c.op());
    if (parsed.value.call() == nullptr || !parsed.rest.empty()) throw Unreadable(c.op());
    Regularizer regularizer = named<Regularizer>(parsed.value.call()->name);
    saving::read_config(regularizer, c.inputs().contains("config") ? c.inputs()["config"]
                                                                   : config_from(regularizer, *parsed.value.call()));
    return check(c.expected(), {{}, {regularizer->penalty_of(x.data, x.shape)}}, c.tolerance());
  }
  // `activity_regularizer='l2' on identity layer, x=2*ones(batch,5)`
  const Parsed regularizer = parse(first->text);
  const auto second = assignment(parts.size() == 2 ? parts[1] : "");
  if (first->names[0] != "activity_regularizer" || regularizer.rest != "on identity layer" || !second) {
    throw Unreadable(c.op());
  }
  const Array x = evaluate_array(second->text, {{"batch", {c.inputs().at("batch_size")}}});
  Dense identity{.units = static_cast<int>(x.shape.back()), .use_bias = false, .name = "identity"};
  identity.kernel_initializer = "identity";
  saving::read_object(identity.activity_regularizer, json_of(regularizer.value));
  // What the model adds to a loss that is zero.
  const LossExperiment experiment{.loss = "mse", .y_true = x, .y_pred = x, .layer = identity};
  for (const LossOutcome& outcome : run(experiment)) {
    check(c.expected(), {{}, {outcome.total}}, c.tolerance(), outcome.backend);
  }
}

void constraint_fact(const Case& c) {
  const Parsed parsed = parse(c.op());
  const Call* call = parsed.value.call();
  const bool shown = parsed.rest == ".get_config()";
  if (call == nullptr || (!parsed.rest.empty() && !shown)) throw Unreadable(c.op());
  Constraint constraint = named<Constraint>(call->name);
  saving::read_config(
      constraint, call->bare && c.inputs().contains("config") ? c.inputs()["config"] : config_from(constraint, *call));
  if (shown) return check_same(c.expected(), saving::to_config(constraint));
  const Array w = evaluate_array(c.inputs().at("w"));
  std::vector<float> values = floats(w);
  constraint->apply(values, w.shape);
  check(c.expected(), array_of(values.data(), w.shape), c.tolerance());
}

}  // namespace sumi::golden
