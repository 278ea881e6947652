// Facts and traces about element-wise functions and softmax.
#include <numeric>

#include "golden/cases.hpp"
#include "golden/objects.hpp"
#include "golden/probe.hpp"
#include "sumi/layers.hpp"

namespace sumi::golden {

/// A function with arguments, which no layer of sumi's passes on.
struct FunctionLayer {
  static constexpr const char* class_name = "FunctionLayer";
  ActivationFunction function;
  std::string name = "function";
};
Shape output_shape(const FunctionLayer&, const Shape& input) { return input; }
void lower(const FunctionLayer& layer, Lowering& ops) { ops.output(ops.activate(ops.input(), layer.function)); }
void fields(FunctionLayer& layer, Fields& f) { f("function", layer.function); }

namespace {

ActivationFunction function_named(const std::string& name) {
  if (name == "threshold") return ActivationKind::threshold;  // no string of Keras's
  try {
    return std::string_view(name);
  } catch (const ArgumentError&) {
    throw Skip("sumi has no activation '" + name + "'");
  }
}

Body softmax_body(bool log, const Json& axis, std::size_t rank) {
  std::vector<int> axes;
  if (axis.is_null()) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), 0);
  } else {
    for (const Value& one : elements({axis})) axes.push_back(one.json()->get<int>());
  }
  if (!log) return body_of(Softmax{.axis = axes, .name = "softmax"});
  for (int& one : axes) one += one < 0 ? static_cast<int>(rank) : 0;
  return [axes](graph::Builder& builder, graph::ValueId x) {
    return builder.emit_one(graph::Softmax{axes, true}, {x, graph::none});
  };
}

// `arguments`: those of Keras's function besides x, some or all.
Body function_body(const std::string& name, const Json& arguments, std::size_t rank) {
  if ((name == "softmax" || name == "log_softmax") && arguments.contains("axis")) {
    return softmax_body(name == "log_softmax", arguments["axis"], rank);
  }
  const ActivationFunction function = function_named(name);
  if (arguments.empty()) return body_of(Activation{.activation = function, .name = "activation"});
  ActivationKind kind = function.kind();
  ActivationArguments numbers = function.arguments();
  for (const auto& [key, value] : arguments.items()) {
    if (key == "approximate" && kind == ActivationKind::gelu) {
      if (value.get<bool>()) kind = ActivationKind::gelu_tanh;
    } else if (key == "negative_slope") {
      numbers.negative_slope = value.get<double>();
    } else if (key == "alpha" || (key == "b" && kind == ActivationKind::squareplus)) {
      numbers.alpha = value.get<double>();
    } else if (key == "max_value") {
      if (!value.is_null()) numbers.max_value = value.get<double>();
    } else if (key == "default_value" && kind == ActivationKind::threshold) {
      numbers.default_value = value.get<double>();
    } else if (key == "threshold" || key == "lambd") {
      numbers.threshold = value.get<double>();
    } else {
      throw Unreadable("the argument `" + key + "` of " + name);
    }
  }
  return body_of(FunctionLayer{{kind, numbers}});
}

}  // namespace

void activation_fact(const Case& c) {
  Json arguments = c.inputs();
  const Array x = evaluate_array(arguments.at("x"));
  arguments.erase("x");
  // The low-level function and the activation of the same name have different defaults.
  if (c.op() == "gelu" && c.text("source").starts_with("keras/src/ops/") && !arguments.contains("approximate")) {
    arguments["approximate"] = true;
  }
  for (const Outcome& outcome : run({.body = function_body(c.op(), arguments, x.shape.size()), .x = x})) {
    check(c.expected(), outcome.y, c.tolerance(), outcome.backend);
  }
}

void activation_trace(const Case& c) {
  const Array x = evaluate_array(c.json.at("x"));
  std::string name = c.text("name");
  Json arguments = Json::object();
  if (name.find('(') != std::string::npos) {
    const Parsed parsed = parse(name);
    if (parsed.value.call() == nullptr) throw Unreadable("the name " + name);
    name = parsed.value.call()->name;
    for (const auto& [key, value] : parsed.value.call()->named) arguments[key] = json_of(value);
  }
  Experiment experiment{.body = function_body(name, arguments, x.shape.size()), .x = x};
  // `grad_x_for_upstream_fill2`: the gradient, and which pattern came back.
  const std::string prefix = "grad_x_for_upstream_fill";
  Json grad_x;
  for (const auto& [key, value] : c.json.items()) {
    if (!key.starts_with(prefix)) continue;
    grad_x = value;
    const std::string pattern = "fill(shape," + key.substr(prefix.size()) + ")";
    experiment.upstream = [pattern](const Shape& shape) { return evaluate_array(pattern, {{"shape", {Json(shape)}}}); };
  }
  for (const Outcome& outcome : run(experiment)) {
    check(c.json.at("y"), outcome.y, trace_tolerance, "y, " + outcome.backend);
    if (!grad_x.is_null()) check(grad_x, outcome.grad_x, trace_tolerance, "grad_x, " + outcome.backend);
  }
}

}  // namespace sumi::golden
