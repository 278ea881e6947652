// Facts and traces about optimizers and learning rate schedules.
#include <algorithm>
#include <regex>

#include "core/naming.hpp"
#include "golden/cases.hpp"
#include "golden/objects.hpp"
#include "optimizers/optimizer_state.hpp"
#include "state/parameters.hpp"
#include "sumi/optimizers.hpp"

namespace sumi::golden {
namespace {

// Some variables called a, b, ... and an optimizer that updates them.
class Bench {
 public:
  Bench(const Optimizer& optimizer, const std::vector<Array>& values)
      : table_(parameters_of(values)),
        weights_(table_.floats()),
        gradients_(table_.floats()),
        state_(optimizer, table_) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::copy(values[i].data.begin(), values[i].data.end(), weights_.data() + table_[i].offset);
    }
  }

  /// An absent gradient is Keras's None: the variable takes no part.
  void step(const std::vector<std::optional<Array>>& gradients) {
    std::vector<bool> trainable;
    for (std::size_t i = 0; i < table_.count(); ++i) {
      trainable.push_back(gradients.at(i).has_value());
      if (!gradients[i]) continue;
      if (gradients[i]->data.size() != table_[i].size) throw Unreadable("a gradient of another shape");
      std::copy(gradients[i]->data.begin(), gradients[i]->data.end(), gradients_.data() + table_[i].offset);
    }
    state_.apply(weights_, gradients_, trainable);
  }

  Array value(std::size_t i) const { return array_of(weights_.data() + table_[i].offset, table_[i].shape); }

  /// A slot of the first variable, by the end of its name.
  Array slot(const std::string& suffix) {
    for (const auto& variable : state_.variables("")) {
      if (variable.name.ends_with("_a_" + suffix)) return array_of(variable.values.data(), variable.shape);
    }
    throw Mismatch("a variable " + suffix, "none of that name");
  }

  optimizers::OptimizerState& state() { return state_; }

 private:
  static state::ParameterTable parameters_of(const std::vector<Array>& values) {
    std::vector<state::Parameter> parameters;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string name(1, static_cast<char>('a' + i));
      parameters.push_back({0, "", name, values[i].shape, 0, 0, {.initializer = "zeros"}});
    }
    return state::ParameterTable(std::move(parameters));
  }

  state::ParameterTable table_;
  state::Arena weights_, gradients_;
  optimizers::OptimizerState state_;
};

// The same number for a whole array: `"accumulator": [1, 2, 0, 1]` has one a step.
void check_broadcast(const Json& expected, const Array& got, const Tolerance& tolerance, const std::string& what) {
  check(expected.is_number() ? Json(filled(got.shape, expected.get<double>()).data) : expected, got, tolerance, what);
}

// What a property of the optimizer is after a step, under the names of Keras's tests.
Array property(Bench& bench, const std::string& key) {
  if (key == "var") return bench.value(0);
  if (key == "ema") return bench.slot("average");
  if (key == "accumulator") return bench.slot("gradient_accumulator");
  if (key == "_iterations") return {{}, {static_cast<double>(bench.state().step())}};
  if (key == "iterations") return {{}, {static_cast<double>(bench.state().iterations())}};
  throw Unreadable("the property `" + key + "` of an optimizer");
}

void check_steps(const Case& c, const Optimizer& optimizer) {
  Bench bench(optimizer, {evaluate_array(c.inputs().at("var0"))});
  const Json& gradients = c.inputs().at("grads");
  for (std::size_t t = 0; t < gradients.size(); ++t) {
    bench.step({evaluate_array(gradients[t])});
    const std::string when = " after update " + std::to_string(t + 1);
    if (c.expected().is_array()) check(c.expected().at(t), bench.value(0), c.tolerance(), when.substr(1));
    if (!c.expected().is_object()) continue;
    for (const auto& [key, values] : c.expected().items()) {
      check_broadcast(values.at(t), property(bench, key), c.tolerance(), key + when);
    }
  }
}

// "three separate optimizers, one apply each, zero gradient, same variable"
void check_separate(const Case& c, const Optimizer& optimizer) {
  static const std::regex words("(\\w+) separate optimizers, one apply each, zero gradient, same variable");
  static const std::vector<std::string> numbers = {"zero", "one", "two", "three", "four", "five", "six"};
  std::smatch match;
  const std::string text = c.inputs().at("grads").get<std::string>();
  if (!std::regex_match(text, match, words)) throw Unreadable(text);
  const auto count = std::find(numbers.begin(), numbers.end(), match[1].str()) - numbers.begin();
  if (count == static_cast<std::ptrdiff_t>(numbers.size())) throw Unreadable(text);
  Array value = evaluate_array(c.inputs().at("var0"));
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    Bench bench(optimizer, {value});
    bench.step({filled(value.shape, 0.0)});
    value = bench.value(0);
  }
  check(c.expected(), value, c.tolerance());
}

// `clipnorm=1`: with rate 1 plain descent from 0 is the clipped gradient itself, negated.
void check_clipped(const Case& c, const Assignment& clip) {
  const Json config = {{"learning_rate", 1.0}, {clip.names[0], parse(clip.text).value.json()->get<double>()}};
  std::vector<Array> zeros;
  std::vector<std::optional<Array>> gradients;
  for (const Json& gradient : c.inputs().at("grads")) {
    gradients.emplace_back(evaluate_array(gradient));
    zeros.push_back(filled(gradients.back()->shape, 0.0));
  }
  Bench bench(object<Optimizer>("SGD", config), zeros);
  bench.step(gradients);
  for (std::size_t i = 0; i < zeros.size(); ++i) {
    Array got = bench.value(i);
    for (double& value : got.data) value = -value;
    check(c.expected().at(i), got, c.tolerance(), "gradient " + std::to_string(i));
  }
}

// `SGD(learning_rate=0.5).variables`: `count`, `variables[1] (learning_rate)`, `... after one step`.
void check_variables(const Case& c, const Optimizer& optimizer) {
  static const std::regex one("variables\\[(\\d+)\\] \\((\\w+)\\)( after one step)?");
  for (const auto& [key, value] : c.expected().items()) {
    Bench bench(optimizer, {filled({2}, 1.0)});
    std::smatch match;
    if (key == "count") {
      check(value, {{}, {static_cast<double>(bench.state().variable_count())}}, c.tolerance(), key);
    } else if (std::regex_match(key, match, one)) {
      if (match[3].matched) bench.step({filled({2}, 0.0)});
      const auto variable = bench.state().variables("").at(std::stoul(match[1]));
      if (!variable.name.ends_with("/" + match[2].str())) throw Mismatch(match[2], variable.name);
      const bool counter = variable.values.empty();
      check(value, {{}, {counter ? static_cast<double>(bench.state().step()) : double{variable.values[0]}}},
            c.tolerance(), key);
    } else {
      throw Unreadable("the property `" + key + "` of an optimizer");
    }
  }
}

std::vector<std::string> names_of(Bench& bench) {
  std::vector<std::string> names;
  for (const auto& variable : bench.state().variables("")) {
    // Between the optimizer's name and the variable's stand those of the model and layer, here both empty.
    std::string name = variable.name;
    const std::size_t slash = name.find('/') + 1;
    name.erase(slash, name.find_first_not_of('_', slash) - slash);
    names.push_back(name);
  }
  return names;
}

}  // namespace

void optimizer_fact(const Case& c) {
  if (const auto clip = assignment(c.op())) return check_clipped(c, *clip);
  const Parsed parsed = parse(c.op());
  const Call* call = parsed.value.call();
  if (call == nullptr || (call->bare && !parsed.rest.empty())) throw Unreadable(c.op());
  if (call->bare) {
    const Optimizer optimizer = object<Optimizer>(call->name, c.inputs().at("config"));
    return c.inputs().at("grads").is_string() ? check_separate(c, optimizer) : check_steps(c, optimizer);
  }
  const Optimizer optimizer = object<Optimizer>(*call);
  if (parsed.rest == ".variables") return check_variables(c, optimizer);
  if (!parsed.rest.empty()) throw Unreadable(c.op());
  check_steps(c, optimizer);
}

void optimizer_trace(const Case& c) {
  // The trace's optimizers were numbered as they were made; the name without its number is the automatic one.
  const std::string class_name = c.text("cls");
  Optimizer optimizer = object<Optimizer>(class_name, c.json.at("config"));
  const std::string first = c.json.at("variable_names").at(0).get<std::string>(),
                    name = first.substr(0, first.find('/'));
  if (std::regex_replace(name, std::regex("_\\d+$"), "") != to_snake_case(class_name)) {
    throw Mismatch(name, to_snake_case(class_name) + " (automatic name)");
  }
  Json config = c.json.at("config");
  config["name"] = name;
  optimizer = object<Optimizer>(class_name, config);

  std::vector<Array> values;
  for (const Json& text : c.json.at("vars")) values.push_back(evaluate_array(text));
  Bench bench(optimizer, values);
  check_same(c.json.at("variable_names"), names_of(bench), "variable_names");
  Json shapes = Json::array();
  for (const auto& variable : bench.state().variables("")) shapes.push_back(variable.shape);
  check_same(c.json.at("variable_shapes"), shapes, "variable_shapes");
  const Json& steps = c.json.at("values_after_each_step");
  for (std::size_t t = 0; t < steps.size(); ++t) {
    std::vector<std::optional<Array>> gradients;
    for (const Json& text : c.json.at("grads_at_step_t")) {
      gradients.emplace_back(evaluate_array(text, {{"t", {Json(t)}}}));
    }
    bench.step(gradients);
    for (std::size_t i = 0; i < values.size(); ++i) {
      check(steps[t].at(i), bench.value(i), trace_tolerance,
            "variable " + std::to_string(i) + " after update " + std::to_string(t + 1));
    }
  }
}

void schedule_fact(const Case& c) {
  const Schedule schedule = object<Schedule>(c.op(), c.inputs().at("config"));
  const Json& steps = c.inputs().at("steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    check(c.expected().at(i), {{}, {schedule->rate_at(steps[i].get<std::int64_t>())}}, c.tolerance(),
          "step " + steps[i].dump());
  }
}

void schedule_trace(const Case& c) {
  const Schedule schedule = object<Schedule>(c.text("cls"), c.json.at("config"));
  const Json& steps = c.json.at("steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    check(c.json.at("values").at(i), {{}, {schedule->rate_at(steps[i].get<std::int64_t>())}},
          {1e-6, 1e-8},  // a few float32 roundings of the rate
          "step " + steps[i].dump());
  }
}

}  // namespace sumi::golden
