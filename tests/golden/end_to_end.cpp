// Traces of whole trainings: predictions, losses, histories and weights, before and after.
#include <regex>

#include "golden/cases.hpp"
#include "golden/objects.hpp"
#include "sumi/layers.hpp"
#include "sumi/sequential.hpp"

namespace sumi::golden {
namespace {

// Predictions and losses of one run: sums of some hundred float32 terms.
constexpr Tolerance forward_tolerance{1e-5, 1e-5};
// A training multiplies roundings: Adam's first updates divide gradients by their own size, so that after some of them
// two float32 libraries are 1e-5 to 5e-5 apart.
constexpr Tolerance training_tolerance{1e-4, 1e-4};
// In inference also shows what a training moved by nothing but rounding: see loses_shift.
constexpr Tolerance inference_tolerance{1e-3, 1e-3};

// `tiny: Input(10,10,1) Conv2D(3,3x3,relu) BN ...`: layers one after the other, without commas.
std::vector<Layer> layers_of(const std::string& text) {
  std::vector<Layer> layers;
  std::string rest = text.substr(text.find(':') == std::string::npos ? 0 : text.find(':') + 1);
  while (!trimmed(rest).empty()) {
    const Parsed parsed = parse(rest);
    if (parsed.value.call() == nullptr) throw Unreadable("a model: " + rest);
    layers.push_back(layer_of(*parsed.value.call()));
    rest = parsed.rest;
  }
  return layers;
}

// `for i,w in ...: kernel=0.5*fill(shape,i), bias=...; moving_mean 0, moving_variance 1`.
std::map<std::string, std::string> formulas_of(const std::string& text) {
  static const std::regex formula("(\\w+)[= ](.+)");
  std::map<std::string, std::string> formulas;
  for (const std::string& part :
       split(text.substr(text.find(':') == std::string::npos ? 0 : text.find(':') + 1), ",;")) {
    std::smatch match;
    if (!std::regex_match(part, match, formula)) throw Unreadable("the weights: " + part);
    formulas[match[1]] = match[2];
  }
  return formulas;
}

// The names of a layer's weights, in Keras's order.
std::vector<std::string> weight_names(const Layer& layer) {
  const Json config = saving::to_config(layer);
  if (!layer.as<BatchNormalization>()) return {"kernel", "bias"};
  std::vector<std::string> names;
  if (config["scale"].get<bool>()) names.emplace_back("gamma");
  if (config["center"].get<bool>()) names.emplace_back("beta");
  names.insert(names.end(), {"moving_mean", "moving_variance"});
  return names;
}

// Whether a shift of all a layer's channels is taken out again by a batch normalisation behind it. Then the gradient of
// the layer's beta or bias is zero but for rounding, and Adam, which divides by its size, moves it by up to a learning
// rate at each update in whatever direction. The network's function in training doesn't depend on it.
bool loses_shift(const std::vector<LayerRef>& layers, std::size_t layer) {
  const Json config = saving::to_config(layers[layer].layer());
  if (config.contains("activation") && config["activation"] != "linear") return false;
  for (std::size_t next = layer + 1; next < layers.size(); ++next) {
    const Layer& behind = layers[next].layer();
    if (behind.as<BatchNormalization>() != nullptr) return true;
    if (!behind.as<MaxPooling2D>() && !behind.as<AveragePooling2D>() && !behind.as<Flatten>()) return false;
  }
  return false;
}

// For each weight after a training: how far it may be off.
std::vector<Tolerance> weight_tolerances(Sequential& model) {
  const double moved = model.learning_rate() * static_cast<double>(model.iterations());
  std::vector<Tolerance> tolerances;
  double shift = 0.0;  // of the input of the next batch normalisation
  const std::vector<LayerRef> layers = model.layers();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::size_t count = layers[i].get_weights().size();
    if (count == 0) continue;
    const std::vector<std::string> names = weight_names(layers[i].layer());
    const auto* norm = layers[i].layer().as<BatchNormalization>();
    const bool lost = loses_shift(layers, i);
    for (std::size_t k = 0; k < count; ++k) {
      Tolerance tolerance = training_tolerance;
      if (lost && (names[k] == "beta" || names[k] == "bias")) tolerance.absolute += moved;
      if (norm != nullptr && names[k] == "moving_mean") {
        tolerance.absolute += shift * (1 - norm->momentum) * static_cast<double>(model.iterations());
      }
      tolerances.push_back(tolerance);
    }
    shift = lost ? moved : 0.0;
  }
  return tolerances;
}

struct Setup {
  Sequential model;
  Tensor x;
  std::vector<std::int64_t> y;
  FitOptions fit;
};

Setup set_up(const Json& trace) {
  Setup setup{Sequential(layers_of(trace.at("model").get<std::string>())), {}, {}, {}};
  const auto formulas = formulas_of(trace.at("weights_init").get<std::string>());
  std::vector<Tensor> weights = setup.model.get_weights();
  std::size_t i = 0;
  for (const LayerRef& layer : setup.model.layers()) {
    const std::vector<std::string> names = weight_names(layer.layer());
    for (std::size_t k = 0; k < layer.get_weights().size(); ++k, ++i) {
      const Shape shape(weights[i].shape().begin(), weights[i].shape().end());
      Array array = evaluate_array(formulas.at(names.at(k)), {{"shape", {Json(shape)}}, {"i", {Json(i)}}});
      if (array.data.size() == 1) array = filled(shape, array.data[0]);
      weights[i] = tensor(array);
    }
  }
  setup.model.set_weights(weights);
  setup.x = tensor(evaluate_array(trace.at("x")));
  setup.y = trace.at("y").get<std::vector<std::int64_t>>();
  setup.fit.verbose = 0;
  for (const std::string& part : split(trace.at("fit").get<std::string>(), ",")) {
    const auto option = assignment(part);
    if (!option) throw Unreadable("fit: " + part);
    const Json value = json_of(parse(option->text).value);
    const std::string& name = option->names[0];
    if (name == "batch_size") {
      setup.fit.batch_size = value.get<int>();
    } else if (name == "epochs") {
      setup.fit.epochs = value.get<int>();
    } else if (name == "shuffle") {
      setup.fit.shuffle = value.get<bool>();
    } else if (name == "validation_split") {
      setup.fit.validation_split = value.get<double>();
    } else {
      throw Unreadable("fit: " + part);
    }
  }
  return setup;
}

// `weighted`: also with sample weights.
void compile(Setup& setup, const Json& trace, bool weighted) {
  CompileOptions options{
      .optimizer = object<Optimizer>(trace.at("optimizer").get<std::string>(), trace.at("opt_config")),
      .loss = named<Loss>(trace.value("loss", "sparse_categorical_crossentropy"))};
  for (const auto& [name, value] : trace.at("evaluate_before").items()) {
    if (name != "loss") options.metrics.push_back(named<Metric>(name));
  }
  if (weighted) options.weighted_metrics = options.metrics;
  setup.model.compile(options);
}

void check_logs(const Json& expected, const Logs& got, const std::string& what) {
  for (const auto& [name, value] : expected.items()) {
    check(value, {{}, {got[name]}}, forward_tolerance, name + " of " + what);
  }
}

// The trace that the short ones after it refer to.
const Json& main_trace(const Case& c) {
  const Json* found = nullptr;
  for (const Json& other : c.all) {
    if (other.value("area", "") == "end_to_end") found = &other;
    if (&other == &c.json) break;
  }
  if (found == nullptr) throw Unreadable("the model of the weighted trace: there is no end_to_end trace before it");
  return *found;
}

}  // namespace

void end_to_end_trace(const Case& c) {
  Setup setup = set_up(c.json);
  compile(setup, c.json, false);
  const auto check_predictions = [&](const char* key, const Tolerance& tolerance, const std::string& what) {
    check(c.json.at(key), array_of(setup.model.predict(setup.x, {.verbose = 0})), tolerance, what);
  };
  check_predictions("predict_before", forward_tolerance, "predict_before");
  check_logs(c.json.at("evaluate_before"), setup.model.evaluate(setup.x, setup.y, {.verbose = 0}), "evaluate_before");
  const History history = setup.model.fit(setup.x, setup.y, setup.fit);
  for (const auto& [name, values] : c.json.at("history").items()) {
    const std::vector<double>& got = history[name];
    check(values, {{static_cast<std::int64_t>(got.size())}, got},
          name.starts_with("val_") ? inference_tolerance : training_tolerance, name + " of history");
  }
  check_predictions("predict_after", inference_tolerance, "predict_after");
  std::vector<Tensor> weights = setup.model.get_weights();
  const std::vector<Tolerance> tolerances = weight_tolerances(setup.model);
  check_same(c.json.at("weights_after").size(), weights.size(), "number of weights");
  std::size_t i = 0;
  for (const auto& [name, values] : c.json.at("weights_after").items()) {
    check(values, array_of(weights[i]), tolerances[i], name + " after fit");
    weights[i++] = tensor(array_of(values));
  }
  // With the very weights of the trace nothing is left to rounding.
  setup.model.set_weights(weights);
  check_predictions("predict_after", forward_tolerance, "predict_after with the trace's weights");
}

// With sample weights, and one epoch of one batch with class weights `class_weight_0_1_1_2_2_05`: 1, 2 and 0.5.
void weighted_trace(const Case& c) {
  const Json& trace = main_trace(c);
  static const std::regex fit("fit_with_class_weight((?:_\\d+_\\d+)+)_full_batch"), pair("_(\\d+)_(\\d+)");
  for (const auto& [key, value] : c.json.items()) {
    std::smatch match;
    if (key == "evaluate_with_sample_weight") {
      Setup setup = set_up(trace);
      compile(setup, trace, true);
      const Tensor weights = tensor(evaluate_array(c.json.at("sample_weight")));
      check_logs(value, setup.model.evaluate(setup.x, setup.y, {.verbose = 0, .sample_weight = weights}), key);
    } else if (std::regex_match(key, match, fit)) {
      Setup setup = set_up(trace);
      compile(setup, trace, true);
      FitOptions options{.batch_size = static_cast<int>(setup.y.size()), .verbose = 0, .shuffle = false};
      const std::string pairs = match[1];
      for (std::sregex_iterator one(pairs.begin(), pairs.end(), pair), end; one != end; ++one) {
        // 05 is 0.5.
        const std::string number = (*one)[2];
        options.class_weight[std::stoi((*one)[1])] =
            std::stod(number.size() > 1 && number[0] == '0' ? "0." + number.substr(1) : number);
      }
      const History history = setup.model.fit(setup.x, setup.y, options);
      for (const auto& [name, expected] : value.items()) {
        check(expected, {{}, {history[name].at(0)}}, forward_tolerance, name + " of " + key);
      }
    } else if (key != "area" && key != "id" && key != "sample_weight" && key != "note") {
      throw Unreadable("`" + key + "` of a weighted trace");
    }
  }
}

}  // namespace sumi::golden
