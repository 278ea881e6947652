// Facts about fit, evaluate and the batch methods, and about a Sequential's structure, from one line that tells all.
#include <algorithm>
#include <regex>

#include "golden/cases.hpp"
#include "golden/objects.hpp"
#include "optimizers/optimizer_state.hpp"
#include "sumi/sequential.hpp"
#include "training/data.hpp"

namespace sumi::golden {
namespace {

std::vector<Layer> layers_of(const Call& call) {
  std::vector<Layer> layers;
  if (call.name != "Sequential") return {layer_of(call)};
  for (const Value& argument : call.positional) {
    for (const Value& layer : elements(argument)) {
      if (layer.call() == nullptr) throw Unreadable("a layer");
      layers.push_back(layer_of(*layer.call()));
    }
  }
  return layers;
}

// `fit Sequential([...]), Adam(...), mse, x=y=arange(4), 3 epochs, batch 4`, `...: evaluate(batch_size=16)`.
class Scenario {
 public:
  explicit Scenario(const Case& c) {
    const std::vector<std::string> halves = split(c.op(), ":");
    if (halves.empty() || halves.size() > 2) throw Unreadable(c.op());
    if (halves.size() == 2) actions.push_back(halves[1]);
    for (std::string part : split(halves[0], ",")) {
      static const std::regex verb("(fit|evaluate|predict) (.*)");
      std::smatch match;
      if (std::regex_match(part, match, verb)) {
        actions.push_back(match[1].str() + "()");
        part = match[2].str();
      }
      read(part);
    }
    if (layers.empty() || !optimizer || loss.empty()) throw Unreadable(c.op());
    for (const Json& call : c.inputs().value("calls", Json::array())) actions.push_back(call.get<std::string>());
    if (actions.empty()) throw Unreadable("what is done in \"" + c.op() + "\"");

    // Only the note says which numbers are expected: `[loss, mean_squared_error]`.
    static const std::regex names("\\[loss, ([\\w, ]+)\\].*");
    std::smatch match;
    const std::string note = c.json.contains("note") && c.json["note"].is_string() ? c.text("note") : "";
    CompileOptions options{.optimizer = *optimizer, .loss = named<Loss>(loss)};
    if (std::regex_match(note, match, names)) {
      for (const std::string& name : split(match[1].str(), ",")) options.metrics.push_back(named<Metric>(name));
    }
    model.emplace(layers);
    model->compile(options);
  }

  /// Does what a text says and returns what comes of it.
  Json perform(const std::string& action) {
    const Parsed parsed = parse(action);
    if (parsed.value.call() == nullptr) throw Unreadable(action);
    const Call& call = *parsed.value.call();
    Json arguments = options_;
    for (const auto& [key, value] : call.named) arguments[key] = keep(key, value);
    for (const Value& value : call.positional) {
      // A name alone is the argument of an earlier call.
      const auto earlier = kept_.find(value.call() == nullptr ? "" : value.call()->name);
      if (earlier == kept_.end()) throw Unreadable(action);
      arguments[earlier->first] = earlier->second;
    }
    Json result = perform(call.name, arguments);
    static const std::regex index("\\[(\\d+)\\]");
    std::smatch match;
    if (std::regex_match(parsed.rest, match, index)) return result.at(std::stoul(match[1]));
    if (!parsed.rest.empty()) throw Unreadable(action);
    return result;
  }

  std::vector<Layer> layers;
  std::optional<Optimizer> optimizer;
  std::string loss;
  std::map<std::string, Array> arrays;
  std::vector<std::string> actions;
  std::optional<Sequential> model;

 private:
  void read(const std::string& part) {
    static const std::regex count("(\\d+) epochs|(?:batch|batch_size)[ =](\\d+)");
    std::smatch match;
    if (std::regex_match(part, match, count)) {
      options_[match[1].matched ? "epochs" : "batch_size"] = std::stoi(match[match[1].matched ? 1 : 2]);
      return;
    }
    const auto assigned = assignment(part);
    const Parsed parsed = parse(assigned ? assigned->text : part);
    const Call* call = parsed.value.call();
    if (!parsed.rest.empty()) throw Unreadable(part);
    if (call != nullptr && !call->bare && (call->name == "Sequential" || has<Layer>(call->name))) {
      layers = layers_of(*call);
    } else if (call != nullptr && !assigned && has<Optimizer>(call->name)) {
      optimizer = object<Optimizer>(*call);
    } else if (call != nullptr && !assigned && has<Loss>(call->name)) {
      loss = call->name;
    } else if (assigned && parsed.value.array() != nullptr) {
      for (const std::string& name : assigned->names) arrays[name] = *parsed.value.array();
    } else if (assigned && parsed.value.json() != nullptr) {
      options_[assigned->names[0]] = *parsed.value.json();
    } else {
      throw Unreadable(part);
    }
  }

  Json keep(const std::string& key, const Value& value) {
    kept_[key] = value.array() != nullptr ? Json(value.array()->data) : json_of(value);
    return kept_[key];
  }

  Json perform(const std::string& name, Json arguments) {
    const Tensor x = tensor(arrays.at("x"));
    const bool needs_y = !name.starts_with("predict");
    const Tensor y = needs_y ? tensor(arrays.at("y")) : Tensor();
    const auto take = [&](const char* key, auto& value) {
      if (!arguments.contains(key)) return;
      if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::optional<Shuffle>>) {
        value = arguments[key].get<bool>();
      } else {
        value = arguments[key].get<std::decay_t<decltype(value)>>();
      }
      arguments.erase(key);
    };
    std::vector<float> weights;
    take("sample_weight", weights);
    const ArrayView sample_weight = weights.empty() ? ArrayView() : ArrayView(weights);
    std::map<int, double> class_weight;
    const Json classes = arguments.value("class_weight", Json::object());
    for (const auto& [key, value] : classes.items()) {
      class_weight[std::stoi(key)] = value.get<double>();
    }
    arguments.erase("class_weight");
    int batch_size = 32;
    take("batch_size", batch_size);
    Json result;
    if (name == "fit") {
      FitOptions fit{
          .batch_size = batch_size, .verbose = 0, .class_weight = class_weight, .sample_weight = sample_weight};
      take("epochs", fit.epochs);
      take("initial_epoch", fit.initial_epoch);
      take("shuffle", fit.shuffle);
      take("validation_split", fit.validation_split);
      result = Json::object();
      for (const auto& [key, values] : model->fit(x, y, fit).history) result[key] = values;
    } else if (name == "evaluate") {
      result = numbers(model->evaluate(x, y, {.batch_size = batch_size, .verbose = 0, .sample_weight = sample_weight}));
    } else if (name == "predict") {
      result = rows(model->predict(x, {.batch_size = batch_size, .verbose = 0}));
    } else if (name == "predict_on_batch") {
      result = rows(model->predict_on_batch(x));
    } else if (name == "train_on_batch" || name == "test_on_batch") {
      const BatchOptions batch{.sample_weight = sample_weight, .class_weight = class_weight};
      result =
          numbers(name == "train_on_batch" ? model->train_on_batch(x, y, batch) : model->test_on_batch(x, y, batch));
    } else {
      throw Unreadable("the call " + name);
    }
    if (!arguments.empty()) throw Unreadable("the arguments " + arguments.dump() + " of " + name);
    return result;
  }

  static Json numbers(const Logs& logs) {
    Json list = Json::array();
    for (const auto& [name, value] : logs) list.push_back(value);
    return list;
  }

  static Json rows(const Tensor& predictions) {
    const Array all = array_of(predictions);
    const std::size_t size = all.data.size() / static_cast<std::size_t>(all.shape.at(0));
    Json list = Json::array();
    for (auto from = all.data.begin(); from != all.data.end(); from += static_cast<std::ptrdiff_t>(size)) {
      list.push_back(std::vector<double>(from, from + static_cast<std::ptrdiff_t>(size)));
    }
    return list;
  }

  Json options_ = Json::object();
  std::map<std::string, Json> kept_;
};

void class_weight_fact(const Case& c) {
  std::map<int, double> class_weight;
  for (const auto& [key, value] : c.inputs().at("class_weight").items()) {
    class_weight[std::stoi(key)] = value.get<double>();
  }
  const Tensor y = tensor(evaluate_array(c.inputs().at("y")));
  const std::vector<float> weights = training::weights_of({}, class_weight, y);
  check(c.expected(), array_of(weights.data(), {static_cast<std::int64_t>(weights.size())}), c.tolerance());
}

}  // namespace

void training_fact(const Case& c) {
  if (c.op().starts_with("class_weight -> sample_weight")) return class_weight_fact(c);
  Scenario scenario(c);
  if (!c.inputs().value("calls", Json::array()).empty()) {
    for (std::size_t i = 0; i < scenario.actions.size(); ++i) {
      Json got = scenario.perform(scenario.actions[i]);
      // Of a batch method's numbers the tests look at the loss.
      const Json& expected = c.expected().at(i);
      if (expected.is_number() && got.is_array()) got = got.at(0);
      check(expected, array_of(got), c.tolerance(), "call " + std::to_string(i + 1) + ", " + scenario.actions[i]);
    }
    return;
  }
  const Json got = scenario.perform(scenario.actions.at(0));
  if (!got.is_object()) return check(c.expected(), array_of(got), c.tolerance());
  for (const auto& [key, value] : c.expected().items()) {
    if (key == "iterations_after") {
      check_same(value, scenario.model->iterations(), key);
    } else if (key == "optimizer_variables_before_build") {
      // Before it has seen weights, an optimizer has only what does not belong to one.
      const optimizers::OptimizerState state(*scenario.optimizer, state::ParameterTable{});
      check_same(value, state.variable_count(), key);
    } else if (got.contains(key)) {
      check(value, array_of(got[key]), c.tolerance(), key);
    } else {
      throw Unreadable("the expectation `" + key + "`");
    }
  }
}

void sequential_fact(const Case& c) {
  const Parsed parsed = parse(c.op());
  if (parsed.value.call() == nullptr || parsed.value.call()->bare || !parsed.rest.empty()) throw Unreadable(c.op());
  Sequential model(layers_of(*parsed.value.call()));
  const auto check_model = [&model](const Json& expected, const auto& self) -> void {
    for (const auto& [key, value] : expected.items()) {
      if (key == "len(layers)") {
        check_same(value, model.layers().size(), key);
      } else if (key == "built") {
        check_same(value, model.built(), key);
      } else if (key == "len(weights)") {
        check_same(value, model.get_weights().size(), key);
      } else if (key == "after_pop") {
        model.pop();
        self(value, self);
      } else {
        throw Unreadable("the property `" + key + "` of a model");
      }
    }
  };
  check_model(c.expected(), check_model);
}

}  // namespace sumi::golden
