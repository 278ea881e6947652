// Facts and traces about single layers: what comes out, which shape, which gradients.
#include <algorithm>
#include <regex>

#include "golden/cases.hpp"
#include "golden/objects.hpp"
#include "golden/probe.hpp"
#include "sumi/layers.hpp"

namespace sumi::golden {
namespace {

// `x=ones(2,10,10,4)`, `kernel=...` wherever they stand in a text.
std::map<std::string, std::string> assignments_in(const std::string& text) {
  static const std::regex start("(?:^|\\s)([A-Za-z_]\\w*\\s*=(?!=).*)");
  std::map<std::string, std::string> found;
  for (const std::string& part : split(text, ",;")) {
    std::smatch match;
    if (!std::regex_search(part, match, start)) continue;
    if (const auto assigned = assignment(match[1].str())) {
      for (const std::string& name : assigned->names) found[name] = assigned->text;
    }
  }
  return found;
}

// `layers.ReLU`, `Conv2D x=...`, `conv2d(no bias), ...`, `MaxPooling2D, ...`.
std::string class_of(const std::string& op) {
  static const std::regex leading("(?:\\w+\\.)*(\\w+)");
  std::smatch match;
  if (!std::regex_search(op, match, leading, std::regex_constants::match_continuous)) throw Unreadable(op);
  return match[1] == "conv2d" ? "Conv2D" : match[1].str();
}

struct LayerCase {
  Json config = Json::object();
  std::map<std::string, Array> arrays;  // x, mask, weights

  bool has(const std::string& name) const { return arrays.contains(name); }
  Array take(const std::string& name) {
    if (!has(name)) throw Unreadable("no `" + name + "`");
    Array array = arrays.at(name);
    arrays.erase(name);
    return array;
  }
};

// What the arrays say of a layer's arguments, where the case doesn't.
void complete(const Layer& layer, LayerCase& found) {
  const std::vector<std::string> names = argument_names(layer);
  const auto set = [&](const char* key, const Json& value) {
    if (std::find(names.begin(), names.end(), key) != names.end() && !found.config.contains(key)) {
      found.config[key] = value;
    }
  };
  if (!found.has("kernel")) return;
  const Shape& kernel = found.arrays.at("kernel").shape;
  set("use_bias", found.has("bias"));
  set("units", kernel.back());
  set("filters", kernel.back());
  if (kernel.size() != 4) return;
  set("kernel_size", {kernel[0], kernel[1]});
  const Shape& x = found.arrays.at("x").shape;
  const bool first = found.config.value("data_format", std::string()) == "channels_first";
  set("groups", (first ? x.at(1) : x.back()) / kernel[2]);
}

}  // namespace

void layer_fact(const Case& c) {
  const std::string class_name = class_of(c.op());
  const Layer plain = named<Layer>(class_name);
  LayerCase found;
  Variables variables = variables_of(c.inputs());
  if (c.inputs().contains("kernel_shape")) variables["kshape"] = {c.inputs()["kernel_shape"]};
  for (const auto& [name, text] : assignments_in(c.op())) {
    const Value value = parse(text, variables).value;
    if (value.json() != nullptr && value.json()->is_number()) {
      found.config[name] = *value.json();
    } else {
      found.arrays[name] = to_array(value);
    }
  }
  std::set<std::string> used = {"kernel_shape", "training"};
  for (const char* name : {"x", "mask", "kernel", "bias"}) {
    used.insert(name);
    if (c.inputs().contains(name) && !c.inputs()[name].is_null()) {
      found.arrays[name] = evaluate_array(c.inputs()[name], variables);
    }
  }
  found.config.update(config_from(plain, c.inputs(), used));
  complete(plain, found);
  Experiment experiment{.body = body_of(object<Layer>(class_name, found.config)),
                        .x = found.take("x"),
                        .training = c.inputs().value("training", false)};
  if (found.has("mask")) experiment.mask = found.take("mask");
  experiment.weights = found.arrays;
  for (const Outcome& outcome : run(experiment)) check(c.expected(), outcome.y, c.tolerance(), outcome.backend);
}

void output_shape_fact(const Case& c) {
  const std::string suffix = ".compute_output_shape";
  if (!c.op().ends_with(suffix)) throw Unreadable(c.op());
  const std::string class_name = c.op().substr(0, c.op().size() - suffix.size());
  const Json config = config_from(named<Layer>(class_name), c.inputs(), {"input_shape"});
  Shape input;
  for (const Json& dimension : c.inputs().at("input_shape")) {
    input.push_back(dimension.is_null() ? None : dimension.get<std::int64_t>());
  }
  const auto infer = [&] { return object<Layer>(class_name, config)->infer_shape(input); };
  if (c.expected().is_object()) return check_error(c.expected(), infer);
  Json got = Json::array();
  for (const std::int64_t dimension : infer()) got.push_back(dimension == None ? Json() : Json(dimension));
  check_same(c.expected(), got);
}

void conv2d_trace(const Case& c) {
  Json config = c.json.at("config");
  config["use_bias"] = c.json.contains("bias");
  Variables variables = {{"shape", {c.json.at("x_shape")}},
                         {"kshape", {c.json.at("kernel_shape")}},
                         {"F", {c.json.at("kernel_shape").back()}}};
  Experiment experiment{.body = body_of(object<Layer>("Conv2D", config)),
                        .x = evaluate_array(c.json.at("x"), variables)};
  for (const char* name : {"kernel", "bias"}) {
    if (c.json.contains(name)) experiment.weights[name] = evaluate_array(c.json[name], variables);
  }
  experiment.upstream = [&](const Shape& shape) {
    variables["yshape"] = {Json(shape)};
    return evaluate_array(c.json.at("upstream_grad"), variables);
  };
  for (const Outcome& outcome : run(experiment)) {
    check(c.json.at("y"), outcome.y, trace_tolerance, "y, " + outcome.backend);
    check(c.json.at("grad_x"), outcome.grad_x, trace_tolerance, "grad_x, " + outcome.backend);
    for (const auto& [name, gradient] : outcome.gradients) {
      check(c.json.at("grad_" + name), gradient, trace_tolerance, "grad_" + name + ", " + outcome.backend);
    }
  }
}

void pool2d_trace(const Case& c) {
  // These traces don't say it, but their inputs and gradients are the patterns of all others.
  Variables variables = {{"shape", {c.json.at("x_shape")}}};
  const Json x = c.json.value("x", Json("fill(shape,1)")),
             upstream = c.json.value("upstream_grad", Json("fill(yshape,2)"));
  const Experiment experiment{.body = body_of(object<Layer>(c.text("cls"), c.json.at("config"))),
                              .x = evaluate_array(x, variables),
                              .upstream = [&](const Shape& shape) {
                                variables["yshape"] = {Json(shape)};
                                return evaluate_array(upstream, variables);
                              }};
  for (const Outcome& outcome : run(experiment)) {
    check(c.json.at("y"), outcome.y, trace_tolerance, "y, " + outcome.backend);
    check(c.json.at("grad_x"), outcome.grad_x, trace_tolerance, "grad_x, " + outcome.backend);
  }
}

void maxpool_tie_trace(const Case& c) {
  const Shape shape = c.json.at("grad_x").at("shape").get<Shape>();
  const Size2 window(static_cast<int>(shape.at(1)), static_cast<int>(shape.at(2)));
  const Experiment experiment{.body = body_of(MaxPooling2D{.pool_size = window, .name = "pool"}),
                              .x = filled(shape, 1.0),
                              .upstream = [](const Shape& y) { return filled(y, 1.0); }};
  for (const Outcome& outcome : run(experiment)) {
    check(c.json.at("grad_x"), outcome.grad_x, trace_tolerance, "grad_x, " + outcome.backend);
  }
}

}  // namespace sumi::golden
