// Facts and traces about batch normalisation, masked and frozen ones included.
#include <algorithm>
#include <regex>

#include "golden/cases.hpp"
#include "golden/objects.hpp"
#include "golden/probe.hpp"

namespace sumi::golden {
namespace {

const char* const class_name = "BatchNormalization";

std::int64_t channels_of(const Json& config, const Shape& shape) {
  const int axis = config.value("axis", -1);
  return shape.at(static_cast<std::size_t>(axis < 0 ? axis + static_cast<int>(shape.size()) : axis));
}

void check_outcome(const Json& expected, const Outcome& outcome, const Tolerance& tolerance) {
  if (!expected.is_object() || expected.contains("data")) return check(expected, outcome.y, tolerance, outcome.backend);
  for (const auto& [key, value] : expected.items()) {
    const auto weight = outcome.weights.find(key);
    if (key != "y" && weight == outcome.weights.end()) throw Unreadable("`" + key + "` of a batch normalisation");
    check(value, key == "y" ? outcome.y : weight->second, tolerance, key + ", " + outcome.backend);
  }
}

// batch_normalization(x, mean, variance, axis, offset, scale, epsilon): inference with given statistics.
void function_fact(const Case& c) {
  const Json& in = c.inputs();
  Experiment experiment{.body = {}, .x = evaluate_array(in.at("x"))};
  experiment.weights = {{"moving_mean", evaluate_array(in.at("mean"))},
                        {"moving_variance", evaluate_array(in.at("variance"))}};
  Json config = {{"axis", in.at("axis")}, {"epsilon", in.value("epsilon", 1e-3)}};
  for (const auto& [key, switch_name, weight] :
       {std::tuple("offset", "center", "beta"), std::tuple("scale", "scale", "gamma")}) {
    const bool there = in.contains(key) && !in[key].is_null();
    config[switch_name] = there;
    if (there) experiment.weights[weight] = evaluate_array(in[key]);
  }
  experiment.body = body_of(object<Layer>(class_name, config));
  for (const Outcome& outcome : run(experiment)) check(c.expected(), outcome.y, c.tolerance(), outcome.backend);
}

// Mean and variance over axes: what a layer without momentum makes of its moving statistics.
void moments_fact(const Case& c) {
  const Array x = evaluate_array(c.inputs().at("x"));
  const std::size_t rank = x.shape.size();
  std::vector<std::size_t> order, kept;
  for (const Json& axis : c.inputs().at("axes")) {
    order.push_back(static_cast<std::size_t>(axis.get<int>() + (axis.get<int>() < 0 ? static_cast<int>(rank) : 0)));
  }
  for (std::size_t d = 0; d < rank; ++d) {
    if (std::find(order.begin(), order.end(), d) == order.end()) kept.push_back(d);
  }
  std::int64_t columns = 1;
  for (const std::size_t d : kept) columns *= x.shape[d];
  order.insert(order.end(), kept.begin(), kept.end());
  const Experiment experiment{.body = body_of(object<Layer>(class_name, {{"momentum", 0.0}})),
                              .x = reshaped(transposed(x, order), {-1, columns}),
                              .training = true};
  for (const Outcome& outcome : run(experiment)) {
    for (const char* key : {"mean", "variance"}) {
      const Array wanted = array_of(c.expected().at(key));
      const Array got = outcome.weights.at(std::string("moving_") + key);
      check(c.expected().at(key), reshaped(got, wanted.shape), c.tolerance(), key + (", " + outcome.backend));
    }
  }
}

void weight_counts_fact(const Case& c) {
  const Layer layer = object<Layer>(class_name, config_from(named<Layer>(class_name), c.inputs(), {"input_shape"}));
  std::vector<graph::WeightDeclaration> declared;
  graph::Builder builder(declared, true, false, 0);
  builder.add_layer(layer, 0, builder.feed(c.inputs().at("input_shape").get<Shape>(), graph::Role::input, "x"));
  const auto trainable =
      std::count_if(declared.begin(), declared.end(), [](const auto& weight) { return weight.arguments.trainable; });
  check_same(c.expected(),
             {{"trainable", trainable}, {"non_trainable", static_cast<std::ptrdiff_t>(declared.size()) - trainable}});
}

// The constructor's text, then what is done with the layer in words.
void layer_text_fact(const Case& c) {
  const Parsed parsed = parse(c.op());
  const Call* call = parsed.value.call();
  if (call == nullptr || call->bare || call->name != class_name) throw Unreadable(c.op());
  const auto says = [&](const char* words) { return parsed.rest.find(words) != std::string::npos; };
  Layer layer = object<Layer>(*call);
  if (says("trainable=False")) layer.set_trainable(false);
  Experiment experiment{.body = body_of(layer), .x = {}};
  experiment.training = c.inputs().value("training", says("training=True") || says("training step"));
  std::string x_key = "x";
  for (const auto& [key, value] : c.inputs().items()) {
    static const std::regex repeated("x_one_of_(\\d+)_identical_samples");
    std::smatch match;
    if (key == "x") {
      experiment.x = evaluate_array(value);
    } else if (key == "mask") {
      experiment.mask = evaluate_array(value);
    } else if (std::regex_match(key, match, repeated)) {
      Json samples = Json::array();
      for (int i = 0; i < std::stoi(match[1]); ++i) samples.push_back(value);
      experiment.x = array_of(samples);
      x_key = key;
    } else if (key != "training") {
      throw Unreadable("the input `" + key + "`");
    }
  }
  if (experiment.mask && x_key != "x") {
    Array& mask = *experiment.mask;
    const std::vector<double> one = mask.data;
    mask.shape.insert(mask.shape.begin(), experiment.x.shape.at(0));
    for (std::int64_t i = 1; i < mask.shape[0]; ++i) mask.data.insert(mask.data.end(), one.begin(), one.end());
  }
  const std::int64_t channels = channels_of(saving::to_config(layer), experiment.x.shape);
  static const std::map<std::string, std::string> long_names = {{"mean0", "moving_mean"}, {"var0", "moving_variance"}};
  for (const std::string& part : split(parsed.rest, ",")) {
    const auto start = assignment(part);
    if (!start || start->names[0] == "training") continue;
    const auto name = long_names.find(start->names[0]);
    const double value = evaluate_array(start->text).data.at(0);
    experiment.weights[name == long_names.end() ? start->names[0] : name->second] = filled({channels}, value);
  }
  for (const Outcome& outcome : run(experiment)) check_outcome(c.expected(), outcome, c.tolerance());
}

}  // namespace

void batch_norm_fact(const Case& c) {
  if (c.op().starts_with("batch_normalization(")) return function_fact(c);
  if (c.op() == "moments") return moments_fact(c);
  if (c.op() == "weight counts") return weight_counts_fact(c);
  layer_text_fact(c);
}

void batch_norm_trace(const Case& c) {
  const Json& config = c.json.at("config");
  const Shape shape = c.json.at("shape").get<Shape>();
  const Variables variables = {{"shape", {Json(shape)}}, {"C", {Json(channels_of(config, shape))}}};
  Experiment experiment{.body = body_of(object<Layer>(class_name, config)),
                        .x = evaluate_array(c.json.at("x"), variables),
                        .training = true};
  for (const auto& [switch_name, weight] : {std::pair("scale", "gamma"), std::pair("center", "beta")}) {
    if (config.value(switch_name, true)) experiment.weights[weight] = evaluate_array(c.json.at(weight), variables);
  }
  experiment.upstream = [&](const Shape&) { return evaluate_array(c.json.at("upstream_grad"), variables); };
  std::vector<Outcome> trained = run(experiment);
  for (const Outcome& outcome : trained) {
    check(c.json.at("y_train"), outcome.y, trace_tolerance, "y_train, " + outcome.backend);
    check(c.json.at("grad_x"), outcome.grad_x, trace_tolerance, "grad_x, " + outcome.backend);
    for (const auto& [name, gradient] : c.json.at("grads").items()) {
      check(gradient, outcome.gradients.at(name), trace_tolerance, "gradient of " + name + ", " + outcome.backend);
    }
    for (const auto& [key, value] : c.json.items()) {
      if (!key.starts_with("moving_") || !key.ends_with("_after")) continue;
      check(value, outcome.weights.at(key.substr(0, key.size() - 6)), trace_tolerance, key + ", " + outcome.backend);
    }
  }
  experiment.training = false;
  experiment.upstream = {};
  experiment.weights = trained.front().weights;
  for (const Outcome& outcome : run(experiment)) {
    check(c.json.at("y_inference_after_update"), outcome.y, trace_tolerance, "y_inference, " + outcome.backend);
  }
}

}  // namespace sumi::golden
