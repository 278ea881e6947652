#include "saving/model_json.hpp"

#include "core/naming.hpp"
#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi::saving {
namespace {

Json shape_json(const Shape& shape) {
  Json json = Json::array();
  for (const std::int64_t dimension : shape) json.push_back(dimension == None ? Json() : Json(dimension));
  return json;
}

std::optional<Shape> shape_from(const Json& json) {
  if (!json.is_array()) return std::nullopt;
  Shape shape;
  for (const Json& dimension : json) {
    if (!dimension.is_null() && !(dimension.is_number_integer() && dimension >= 0)) {
      throw ArgumentError("Expected an input shape of integers and nulls. Received: " + json.dump());
    }
    shape.push_back(dimension.is_null() ? None : dimension.get<std::int64_t>());
  }
  return shape;
}

const Json& member(const Json& object, const char* key) {
  static const Json null;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() ? *found : null;
}

Json layer_object(const LayerDescription& description) {
  Json object = to_object(description.layer);
  if (description.built_for) object["build_config"] = {{"input_shape", shape_json(*description.built_for)}};
  return object;
}

/// Losses and metrics that were given as strings stay strings.
template <class T>
Json identifier_or_object(const T& value) {
  return value.has_value() && !value.identifier().empty() ? Json(value.identifier()) : to_object(value);
}

Json metrics_json(const std::vector<Metric>& metrics) {
  if (metrics.empty()) return nullptr;
  Json array = Json::array();
  for (const Metric& metric : metrics) array.push_back(identifier_or_object(metric));
  return array;
}

Json compile_json(const std::optional<CompileOptions>& options) {
  if (!options) return Json::object();
  return {{"optimizer", to_object(options->optimizer)},
          {"loss", identifier_or_object(options->loss)},
          {"loss_weights", nullptr},
          {"metrics", metrics_json(options->metrics)},
          {"weighted_metrics", metrics_json(options->weighted_metrics)},
          {"run_eagerly", false},
          {"steps_per_execution", 1},
          {"jit_compile", false}};
}

/// Strings become what remembers its string, so that they are written as strings again.
template <class T>
T from_identifier_or_object(T fresh, const Json& json) {
  const bool is_function = json.is_object() && member(json, "class_name") == "function";
  const Json& name = is_function ? member(json, "config") : json;
  if (name.is_string()) {
    try {
      return T(name.get_ref<const std::string&>().c_str());
    } catch (const ArgumentError&) {
      // Not one of sumi's: it may be one of the caller's.
    }
  }
  read_object(fresh, json);
  return fresh;
}

/// One model has one output: what Keras allows to be a list or a dictionary over outputs has one element.
const Json& of_the_output(const Json& json) {
  if (json.is_array() && json.size() == 1 && (json[0].is_array() || json[0].is_null())) return json[0];
  if (json.is_object() && !json.contains("class_name") && json.size() == 1) return json.begin().value();
  return json;
}

std::vector<Metric> metrics_from(const Json& json, const char* key) {
  const Json& list = of_the_output(json);
  if (list.is_null()) return {};
  if (!list.is_array() && !list.is_string() && !list.is_object()) {
    throw ArgumentError(std::string("Expected a list as ") + key + ". Received: " + json.dump());
  }
  std::vector<Metric> all;
  const Json elements = list.is_array() ? list : Json::array({list});
  for (const Json& element : elements) {
    all.push_back(from_identifier_or_object(Metric(metrics::MeanSquaredError{}), element));
  }
  return all;
}

void expect_null(const Json& config, const char* key) {
  if (member(config, key).is_null()) return;
  throw ArgumentError(std::string("Expected no ") + key +
                      ", which sumi doesn't have. Received: " + member(config, key).dump());
}

/// Keras 2 gave the input shape to the first layer, and Kerases before it had no InputLayer at all.
std::optional<Layer> input_of_first(const Json& config) {
  const Json& shape = member(config, "batch_input_shape");
  if (!shape.is_array()) return std::nullopt;
  return layer_from_config("InputLayer", {{"batch_shape", shape}});
}

void add_layer(ModelDescription& model, const Json& object) {
  const Json& class_name = member(object, "class_name");
  if (!class_name.is_string()) {
    throw ArgumentError("Expected each layer to be an object with `class_name` and `config`. Received: " +
                        object.dump());
  }
  if (class_name == "Sequential" || class_name == "Functional") {
    throw ArgumentError("Layer " + std::to_string(model.layers.size()) + " is a model (" +
                        class_name.get<std::string>() + "), which sumi doesn't have as a layer.");
  }
  Layer layer = Input{.shape = Shape{}};
  read_object(layer, object);
  if (layer.as<Input>() != nullptr) {
    if (model.input || !model.layers.empty()) throw ArgumentError("Only the first layer may be an InputLayer.");
    model.input = std::move(layer);
    return;
  }
  if (model.layers.empty() && !model.input) model.input = input_of_first(member(object, "config"));
  model.layers.push_back({std::move(layer), shape_from(member(member(object, "build_config"), "input_shape"))});
}

}  // namespace

Json to_config(const ModelDescription& model) {
  Json config = {{"name", model.name}, {"trainable", true}, {"dtype", float32_policy()}, {"layers", Json::array()}};
  Json& layers = config["layers"];
  // Keras lists the InputLayer of a model that is built, whoever gave the shape.
  if (model.input) layers.push_back(to_object(*model.input));
  for (const LayerDescription& layer : model.layers) layers.push_back(layer_object(layer));
  if (model.input_shape) config["build_input_shape"] = shape_json(*model.input_shape);
  return config;
}

Json to_object(const ModelDescription& model) {
  Json object = {
      {"module", "keras"}, {"class_name", "Sequential"}, {"config", to_config(model)}, {"registered_name", nullptr}};
  if (model.input_shape) object["build_config"] = {{"input_shape", shape_json(*model.input_shape)}};
  object["compile_config"] = compile_json(model.compile);
  return object;
}

ModelDescription model_from_config(const Json& config) {
  // Kerases before 2.2 wrote the list of layers alone.
  const Json& layers = config.is_array() ? config : member(config, "layers");
  if (!layers.is_array()) {
    throw ArgumentError("Expected the configuration of a Sequential model, an object with `name` and `layers`.");
  }
  ModelDescription model;
  const Json& name = member(config, "name");
  model.name = name.is_string() ? name.get<std::string>() : auto_name("sequential");
  expect_float32("Sequential", member(config, "dtype"));
  for (const Json& layer : layers) add_layer(model, layer);
  model.input_shape = shape_from(member(config, "build_input_shape"));
  return model;
}

ModelDescription model_from_object(const Json& object) {
  const Json& class_name = member(object, "class_name");
  if (class_name != "Sequential") {
    throw ArgumentError("Expected a Sequential model, the only kind that sumi has. Received: " +
                        (class_name.is_string() ? "class_name=" + repr(class_name.get<std::string>())
                                                : std::string("an object without a class_name")));
  }
  ModelDescription model = model_from_config(member(object, "config"));
  if (!model.input_shape) model.input_shape = shape_from(member(member(object, "build_config"), "input_shape"));
  return model;
}

std::optional<CompileOptions> compile_from_config(const Json& config) {
  const bool legacy = config.is_object() && config.contains("optimizer_config");
  if (!config.is_object() || config.empty()) return std::nullopt;
  CompileOptions options;
  // An optimizer that couldn't be written down is missing; Keras then takes its default.
  const Json& optimizer = member(config, legacy ? "optimizer_config" : "optimizer");
  if (!optimizer.is_null()) read_object(options.optimizer, optimizer);
  const Json& loss = member(config, "loss");
  const Json& one_loss = loss.is_array() && loss.size() == 1 ? loss[0] : of_the_output(loss);
  if (!one_loss.is_null()) options.loss = from_identifier_or_object(Loss(), one_loss);
  expect_null(config, "loss_weights");
  options.metrics = metrics_from(member(config, "metrics"), "metrics");
  options.weighted_metrics = metrics_from(member(config, "weighted_metrics"), "weighted_metrics");
  return options;
}

}  // namespace sumi::saving
