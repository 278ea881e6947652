// Facts about metrics, alone and together as compile takes them.
#include "sumi/metrics.hpp"
#include "golden/cases.hpp"
#include "golden/objects.hpp"
#include "training/running_metrics.hpp"

namespace sumi::golden {
namespace {

// One weight a sample.
std::vector<float> sample_weights(const Json& inputs, const Array& y_pred) {
  if (!inputs.contains("sample_weight") || inputs["sample_weight"].is_null()) return {};
  const Array given = evaluate_array(inputs["sample_weight"]);
  const auto samples = static_cast<std::size_t>(y_pred.shape.at(0));
  if (given.data.size() == 1) return std::vector<float>(samples, static_cast<float>(given.data[0]));
  if (given.data.size() != samples) throw Unreadable("weights that are not one a sample");
  return floats(given);
}

std::vector<Metric> metrics_of(const Value& list) {
  std::vector<Metric> metrics;
  for (const Value& value : elements(list)) {
    if (value.call() == nullptr) {
      metrics.push_back(named<Metric>(json_of(value).get<std::string>()));
    } else {
      // An object goes by its own name, not by how it is called here.
      Metric metric = metrics::MeanSquaredError{};
      named<Metric>(value.call()->name);
      metric.assign(value.call()->name);
      saving::read_config(metric, config_from(metric, *value.call()));
      metrics.push_back(metric);
    }
  }
  return metrics;
}

void compiled_fact(const Case& c, const Call& call) {
  std::vector<Metric> metrics, weighted;
  for (const Value& value : call.positional) metrics = metrics_of(value);
  for (const auto& [key, value] : call.named) {
    if (key != "metrics" && key != "weighted_metrics") throw Unreadable("the argument `" + key + "`");
    (key == "metrics" ? metrics : weighted) = metrics_of(value);
  }
  training::RunningMetrics running(metrics, weighted);
  const Json& in = c.inputs();
  const Json updates = in.contains("y_pred_updates") ? in["y_pred_updates"] : Json::array({in.at("y_pred")});
  const Array y_true = evaluate_array(in.at("y_true"));
  const std::vector<float> truth = floats(y_true);
  for (const Json& update : updates) {
    const Array y_pred = evaluate_array(update);
    const std::vector<float> prediction = floats(y_pred), weights = sample_weights(in, y_pred);
    running.update({truth, prediction, y_true.shape, y_pred.shape, weights}, 0.0, y_pred.shape.at(0));
  }
  for (const auto& [key, value] : c.expected().items()) {
    const std::string name = key == "has_key" ? value.get<std::string>() : key;
    const auto got = running.logs().find(name);
    if (!got) throw Mismatch("a metric " + name, "none of that name");
    if (key != "has_key") check(value, {{}, {*got}}, c.tolerance(), name);
  }
}

// A metric of values alone, whose weights have dimensions of their own.
void values_fact(const Case& c, const Metric& metric) {
  const Json& in = c.inputs();
  if (in.size() != 1 + in.count("sample_weight")) throw Unreadable(c.op());
  const Array values = evaluate_array(in.at("values"));
  const Array weights = in.contains("sample_weight") ? evaluate_array(in["sample_weight"]) : Array{};
  const std::vector<float> data = floats(values), weight_data = floats(weights);
  std::vector<double> state(metric->state_doubles(values.shape));
  metric->update_state({{}, data, {}, values.shape, weight_data, weights.shape}, state);
  check(c.expected(), {{}, {metric->result_of(state)}}, c.tolerance());
}

}  // namespace

void metric_fact(const Case& c) {
  const Parsed parsed = parse(c.op());
  const Call* call = parsed.value.call();
  if (call == nullptr) throw Unreadable(c.op());
  if (call->name == "CompileMetrics") return compiled_fact(c, *call);
  const std::string name = call->name == "metrics" ? parsed.rest.substr(1) : call->name;
  const Metric plain = named<Metric>(name);
  if (c.inputs().contains("values")) return values_fact(c, plain);
  const Metric metric = object<Metric>(name, config_from(plain, c.inputs(), {"y_true", "y_pred", "sample_weight"}));
  const Array y_true = evaluate_array(c.inputs().at("y_true")), y_pred = evaluate_array(c.inputs().at("y_pred"));
  const std::vector<float> truth = floats(y_true), prediction = floats(y_pred),
                           weights = sample_weights(c.inputs(), y_pred);
  std::vector<double> state(metric->state_doubles(y_pred.shape));
  metric->update_state({truth, prediction, y_true.shape, y_pred.shape, weights}, state);
  check(c.expected(), {{}, {metric->result_of(state)}}, c.tolerance());
}

}  // namespace sumi::golden
