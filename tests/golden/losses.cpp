// Facts and traces about losses and how they are reduced.
#include <regex>

#include "golden/cases.hpp"
#include "golden/objects.hpp"
#include "golden/probe.hpp"

namespace sumi::golden {
namespace {

struct LossCase {
  Loss loss;
  Json config = Json::object();
  bool per_sample = false;
  bool element_wise = false;
};

std::string name_of(const Value& value) {
  if (value.call() != nullptr) return value.call()->name;
  if (value.json() != nullptr && value.json()->is_string()) return value.json()->get<std::string>();
  throw Unreadable("the name of a loss");
}

LossCase loss_of(const std::string& op) {
  static const std::regex low_level("ops\\.(\\w+).*");
  std::smatch match;
  if (std::regex_match(op, match, low_level)) {
    return {named<Loss>(match[1]), Json::object(), true, op.ends_with("(elementwise)")};
  }
  if (op.starts_with("squared error")) {
    // (y_true - y_pred)^2 of each element, not a mean over the last axis.
    LossCase found{named<Loss>("MeanSquaredError"), Json::object(), false, true};
    const std::vector<std::string> parts = split(op, ",");
    if (parts[0] != "squared error" && parts[0] != "squared error with mask") throw Unreadable(op);
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const auto assigned = assignment(parts[i]);
      if (assigned && assigned->names[0] != "reduction") throw Unreadable(op);
      found.config["reduction"] = json_of(parse(assigned ? assigned->text : parts[i]).value);
    }
    return found;
  }
  const Parsed parsed = parse(op);
  const Call* call = parsed.value.call();
  if (call == nullptr || (!parsed.rest.empty() && call->name != "CompileLoss")) throw Unreadable(op);
  if (call->name != "CompileLoss") return {named<Loss>(call->name), config_from(named<Loss>(call->name), *call)};
  if (call->positional.size() != 1 || !call->named.empty()) throw Unreadable(op);
  return {named<Loss>(name_of(call->positional[0]))};
}

// Weights against values: one number, one a value, or one for each of the last dimensions.
double weight_at(const Array& weights, std::size_t i, std::size_t count) {
  return weights.data[weights.data.size() == 1 ? 0 : i / (count / weights.data.size())];
}

}  // namespace

void loss_fact(const Case& c) {
  LossCase found = loss_of(c.op());
  const Json& in = c.inputs();
  const char* const truth = in.contains("target") ? "target" : "y_true";
  const char* const prediction = in.contains("output") ? "output" : "y_pred";
  found.config.update(config_from(found.loss, in, {truth, prediction, "sample_weight", "mask"}));
  const Json reduction = found.config.value("reduction", Json("sum_over_batch_size"));
  if (reduction.is_null() || reduction == "none") {
    found.per_sample = true;
    found.config.erase("reduction");
  }
  saving::read_config(found.loss, found.config);
  LossExperiment experiment{found.loss, evaluate_array(in.at(truth)), evaluate_array(in.at(prediction))};
  if (found.element_wise) {
    experiment.y_true.shape.push_back(1);
    experiment.y_pred.shape.push_back(1);
  }
  if (in.contains("sample_weight") && !in["sample_weight"].is_null()) {
    experiment.sample_weight = evaluate_array(in["sample_weight"]);
  }
  if (in.contains("mask") && !in["mask"].is_null()) experiment.mask = evaluate_array(in["mask"]);
  for (LossOutcome& outcome : run(experiment)) {
    Array got{{}, {outcome.total}};
    if (found.per_sample) {
      // sumi always reduces; weights without a reduction are just factors.
      got = outcome.values;
      for (std::size_t i = 0; experiment.sample_weight && i < got.data.size(); ++i) {
        got.data[i] *= weight_at(*experiment.sample_weight, i, got.data.size());
      }
    }
    check(c.expected(), got, c.tolerance(), outcome.backend);
  }
}

void loss_trace(const Case& c) {
  std::string name = c.text("name");
  Json config = Json::object();
  const auto ends = [&](const std::string& suffix) {
    if (!name.ends_with(suffix)) return false;
    name.resize(name.size() - suffix.size());
    return true;
  };
  if (ends("_logits")) config["from_logits"] = true;
  if (ends("_ls")) config["label_smoothing"] = 0.1;
  ends("_probs");
  static const std::map<std::string, std::string> long_names = {{"scce", "sparse_categorical_crossentropy"},
                                                                {"cce", "categorical_crossentropy"},
                                                                {"bce", "binary_crossentropy"},
                                                                {"kld", "kl_divergence"}};
  const auto found = long_names.find(name);
  LossExperiment experiment{object<Loss>(found == long_names.end() ? name : found->second, config),
                            evaluate_array(c.json.at("y_true")), evaluate_array(c.json.at("y_pred"))};
  // One number for several samples is the reduced loss.
  experiment.reduced = c.json.at("loss").size() == 1 && experiment.y_pred.shape.at(0) > 1;
  for (const LossOutcome& outcome : run(experiment)) {
    const Array loss = experiment.reduced ? Array{{1}, {outcome.total}} : outcome.values;
    check(c.json.at("loss"), loss, trace_tolerance, "loss, " + outcome.backend);
    check(c.json.at("grad_of_sum_wrt_y_pred"), outcome.grad_pred, trace_tolerance, "gradient, " + outcome.backend);
  }
}

}  // namespace sumi::golden
