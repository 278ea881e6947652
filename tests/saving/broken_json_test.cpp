// Texts that are no models, each with the words that say why.
#include "sumi/layers.hpp"
#include "sumi/saving.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;

namespace {

struct Broken {
  std::string what, json, message;
};

/// A model of these layers, in as few words as a reader accepts.
std::string model_of(const std::string& layers, const std::string& rest = "") {
  return R"({"class_name": "Sequential", "config": {"name": "m", "layers": [)" + layers + "]}" + rest + "}";
}

std::string layer(const std::string& class_name, const std::string& config) {
  return R"({"class_name": ")" + class_name + R"(", "config": )" + config + "}";
}

const std::string input = layer("InputLayer", R"({"batch_shape": [null, 4], "name": "i"})");

const std::vector<Broken>& texts() {
  static const std::vector<Broken> all = {
      {"nothing", "", "The text is no JSON: parse error at line 1, column 1"},
      {"half a text", R"({"class_name": "Sequ)", "The text is no JSON: parse error"},
      {"two texts", "{} {}", "The text is no JSON: parse error"},
      {"a number that no double holds", "[1e999]", "The text is no JSON: number overflow"},
      {"a number that JSON doesn't have", "[NaN]", "The text is no JSON: parse error"},
      {"bytes that are no text", "[\"\xff\xfe\"]", "The text is no JSON: parse error"},
      {"too deep", std::string(100000, '['), "The JSON is nested deeper than 64 levels."},
      {"deep objects", model_of(std::string(70, '[') + std::string(70, ']')),
       "The JSON is nested deeper than 64 levels."},
      {"too long", std::string(3 << 20, ' '), "Expected JSON of at most 2097152 bytes. Received 3145728."},
      {"too many keys",
       [] {
         std::string text = "{";
         for (int i = 0; i < 5000; ++i) text += "\"" + std::to_string(i) + "\": 0, ";
         return text + "\"\": 0}";
       }(),
       "An object of the JSON has more than 4096 keys."},
      {"too many objects",
       [] {
         std::string text = "[";
         for (int i = 0; i < 40000; ++i) text += "{}, ";
         return text + "{}]";
       }(),
       "The JSON has more than 32768 objects."},
      {"a list", "[]",
       "Expected a Sequential model, the only kind that sumi has. Received: an object without a class_name"},
      {"null", "null", "an object without a class_name"},
      {"another kind of model", R"({"class_name": "Functional", "config": {}})",
       "Expected a Sequential model, the only kind that sumi has. Received: class_name='Functional'"},
      {"no config", R"({"class_name": "Sequential"})", "Expected the configuration of a Sequential model"},
      {"no layers", R"({"class_name": "Sequential", "config": {"name": "m"}})", "an object with `name` and `layers`"},
      {"a layer that is a number", model_of("7"),
       "Expected each layer to be an object with `class_name` and `config`. Received: 7"},
      {"a class that is a number", model_of(R"({"class_name": 7})"), "Expected each layer to be an object"},
      {"a layer that nobody knows", model_of(layer("Lambada", "{}")),
       "Could not locate class 'Lambada'. Known: InputLayer,"},
      {"code", model_of(layer("Lambda", R"({"function": {"class_name": "__lambda__"}})")),
       "Could not locate class 'Lambda'"},
      {"a model in a model", model_of(input + ", " + layer("Sequential", "{}")), "Layer 0 is a model (Sequential)"},
      {"two inputs", model_of(input + ", " + input), "Only the first layer may be an InputLayer."},
      {"a late input", model_of(layer("Flatten", "{}") + ", " + input), "Only the first layer may be an InputLayer."},
      {"two layers of one name",
       model_of(layer("Flatten", R"({"name": "f"})") + ", " + layer("ReLU", R"({"name": "f"})")),
       "All layers added to a Sequential model should have unique names. Name 'f'"},
      {"a misspelt field", model_of(layer("Dense", R"({"units": 3, "use_bais": true})")),
       "Unrecognized keyword arguments passed to Dense: {'use_bais': true}. Did you mean `use_bias`?"},
      {"a field of a wrong type", model_of(layer("Dense", R"({"units": "many"})")),
       "Dense.units: Expected a positive integer"},
      {"no units", model_of(layer("Dense", R"({"units": 0})")),
       "Received an invalid value for `units`, expected a positive integer"},
      {"a number of units that 32 bits don't hold", model_of(layer("Dense", R"({"units": 9999999999})")),
       "Dense.units: Expected an integer of 32 bits. Received: 9999999999"},
      {"a config that is a list", model_of(layer("Dense", "[1]")), "Expected an object as the configuration of Dense."},
      {"an initializer that is a loss",
       model_of(
           layer("Dense", R"({"units": 1, "kernel_initializer": {"class_name": "MeanSquaredError", "config": {}}})")),
       "Could not interpret initializer identifier: MeanSquaredError"},
      {"a dtype that sumi doesn't compute in", model_of(layer("Dense", R"({"units": 1, "dtype": "float16"})")),
       "Dense.dtype: Expected float32, which is all that sumi computes in. Received: \"float16\""},
      {"a shape with a negative dimension", model_of(layer("InputLayer", R"({"batch_shape": [null, -4]})")), "-4"},
      {"more elements than can be counted",
       model_of(layer("InputLayer", R"({"batch_shape": [null, 4000000000, 4000000000, 4000000000]})") + ", " +
                layer("Flatten", "{}")),
       "has more elements than 63 bits can count"},
      {"a window larger than its input",
       model_of(layer("InputLayer", R"({"batch_shape": [null, 2, 2, 1]})") + ", " +
                layer("Conv2D", R"({"filters": 1, "kernel_size": [9, 9]})")),
       "negative"},
      {"an optimizer that nobody knows",
       model_of(input + ", " + layer("Dense", R"({"units": 1})"),
                R"(, "compile_config": {"optimizer": {"class_name": "Magic", "config": {}}})"),
       "Could not interpret optimizer identifier: Magic"},
      {"a loss that nobody knows",
       model_of(input + ", " + layer("Dense", R"({"units": 1})"),
                R"(, "compile_config": {"optimizer": "adam", "loss": "regret"})"),
       "Could not interpret loss identifier: regret"},
      {"metrics that are a number",
       model_of(input + ", " + layer("Dense", R"({"units": 1})"),
                R"(, "compile_config": {"optimizer": "adam", "loss": "mse", "metrics": 3})"),
       "Expected a list as metrics. Received: 3"},
      {"loss weights",
       model_of(input + ", " + layer("Dense", R"({"units": 1})"),
                R"(, "compile_config": {"optimizer": "adam", "loss": "mse", "loss_weights": [2]})"),
       "Expected no loss_weights, which sumi doesn't have. Received: [2]"},
      {"an optimizer with two ways to clip",
       model_of(
           input + ", " + layer("Dense", R"({"units": 1})"),
           R"(, "compile_config": {"optimizer": {"class_name": "Adam", "config": {"clipnorm": 1.0, "clipvalue": 1.0}}})"),
       "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set."},
  };
  return all;
}

}  // namespace

TEST_CASE("a text that is no model says why") {
  for (const Broken& broken : texts()) {
    INFO(broken.what);
    CHECK_THAT(test::error_text<Error>([&] { model_from_json(broken.json); }), ContainsSubstring(broken.message));
  }
  CHECK(texts().size() > 30);
}

TEST_CASE("older forms of Keras's configurations are read") {
  // Keras 2: no modules, axis in a list, the shape in the first layer, the dtype as a string.
  Sequential old = model_from_json(
      model_of(layer("Dense", R"({"name": "a", "units": 3, "batch_input_shape": [null, 4], "dtype": "float32",
                         "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null}}})") +
               ", " + layer("BatchNormalization", R"({"name": "b", "axis": [1]})")));
  CHECK(old.input_shape() == Shape{None, 4});
  CHECK(old.output_shape() == Shape{None, 3});
  CHECK(old.get_layer(1).layer().as<BatchNormalization>()->axis == 1);
  // Keras 2.4 had an InputLayer with batch_input_shape; the oldest a bare list.
  Sequential listed = model_from_json(R"({"class_name": "Sequential", "config": [)" +
                                      layer("InputLayer", R"({"batch_input_shape": [null, 2], "sparse": false})") +
                                      ", " + layer("Dense", R"({"units": 5})") + "]}");
  CHECK(listed.output_shape() == Shape{None, 5});
  // Bare functions, and losses and metrics over the one output.
  const Sequential compiled = model_from_json(
      model_of(input + ", " + layer("Dense", R"({"units": 1})"),
               R"(, "compile_config": {"optimizer": "sgd", "loss": ["mse"], "metrics": [["mae", {"module": "builtins",
                  "class_name": "function", "config": "mean_squared_error", "registered_name": "function"}]]})"));
  CHECK_THAT(compiled.to_json(), ContainsSubstring(R"("loss": "mse", "loss_weights": null, )"
                                                   R"("metrics": ["mae", "mean_squared_error"])"));
}
