// Configurations as JSON: Keras's exact form, round trips of every layer, and what is refused.
#include "saving/json_fields.hpp"

#include "saving/unusual_layers.hpp"
#include "sumi/lowering.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using saving::Json;
using test::error_text;
using testing::unusual_layers;

namespace {

void expect_json(const Layer& layer, const char* expected) {
  // Parsed and dumped again: the order of keys counts, white space does not.
  CHECK(saving::to_object(layer).dump() == Json::parse(expected).dump());
}

Layer through_text(const Layer& layer) {
  const Json object = Json::parse(saving::to_object(layer).dump());
  return saving::layer_from_config(object["class_name"].get<std::string>(), object["config"]);
}

std::string refusal(const char* class_name, const char* config) {
  return error_text<ArgumentError>([&] { saving::layer_from_config(class_name, Json::parse(config)); });
}

}  // namespace

TEST_CASE("the KMNIST CNN's layers are written exactly as Keras 3.16 writes them") {
  expect_json(Input{.shape = {28, 28, 1}, .name = "input_layer"}, R"json(
{"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 28, 28, 1], "dtype":
"float32", "sparse": false, "ragged": false, "name": "input_layer", "optional": false}, "registered_name": null}
)json");
  expect_json(Conv2D{.filters = 32, .kernel_size = {3, 3}, .activation = "relu", .name = "conv2d"}, R"json(
{"module": "keras.layers", "class_name": "Conv2D", "config": {"name": "conv2d", "trainable": true, "dtype":
{"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": null}, "filters":
32, "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid", "data_format": "channels_last", "dilation_rate":
[1, 1], "groups": 1, "activation": "relu", "use_bias": true, "kernel_initializer": {"module": "keras.initializers",
"class_name": "GlorotUniform", "config": {"seed": null, "input_axes": null, "output_axes": null}, "registered_name":
null}, "bias_initializer": {"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name":
null}, "kernel_regularizer": null, "bias_regularizer": null, "activity_regularizer": null, "kernel_constraint":
null, "bias_constraint": null}, "registered_name": null}
)json");
  expect_json(BatchNormalization{.name = "batch_normalization"}, R"json(
{"module": "keras.layers", "class_name": "BatchNormalization", "config": {"name": "batch_normalization",
"trainable": true, "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"},
"registered_name": null}, "axis": -1, "momentum": 0.99, "epsilon": 0.001, "center": true, "scale": true,
"beta_initializer": {"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name": null},
"gamma_initializer": {"module": "keras.initializers", "class_name": "Ones", "config": {}, "registered_name": null},
"moving_mean_initializer": {"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name":
null}, "moving_variance_initializer": {"module": "keras.initializers", "class_name": "Ones", "config": {},
"registered_name": null}, "beta_regularizer": null, "gamma_regularizer": null, "beta_constraint": null,
"gamma_constraint": null, "synchronized": false, "renorm": false, "renorm_clipping": null, "renorm_momentum": 0.99},
"registered_name": null}
)json");
  expect_json(MaxPooling2D{.pool_size = {2, 2}, .name = "max_pooling2d"}, R"json(
{"module": "keras.layers", "class_name": "MaxPooling2D", "config": {"name": "max_pooling2d", "trainable": true,
"dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": null},
"pool_size": [2, 2], "padding": "valid", "strides": [2, 2], "data_format": "channels_last"}, "registered_name":
null}
)json");
  expect_json(Flatten{.name = "flatten"}, R"json(
{"module": "keras.layers", "class_name": "Flatten", "config": {"name": "flatten", "trainable": true, "dtype":
{"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": null},
"data_format": "channels_last"}, "registered_name": null}
)json");
  expect_json(Dense{.units = 10, .activation = "softmax", .name = "dense_1"}, R"json(
{"module": "keras.layers", "class_name": "Dense", "config": {"name": "dense_1", "trainable": true, "dtype":
{"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": null}, "units":
10, "activation": "softmax", "use_bias": true, "kernel_initializer": {"module": "keras.initializers", "class_name":
"GlorotUniform", "config": {"seed": null, "input_axes": null, "output_axes": null}, "registered_name": null},
"bias_initializer": {"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name": null},
"kernel_regularizer": null, "bias_regularizer": null, "kernel_constraint": null, "bias_constraint": null,
"quantization_config": null}, "registered_name": null}
)json");
}

TEST_CASE("margins and lists of one number are written as Keras writes them") {
  const auto fields_of = [](const Layer& layer) {
    Json config = saving::to_config(layer);
    for (const char* common : {"name", "trainable", "dtype"}) config.erase(common);
    return config.dump();
  };
  CHECK(fields_of(ZeroPadding2D{}) == R"({"padding":[[1,1],[1,1]],"data_format":"channels_last"})");
  CHECK(fields_of(Cropping2D{.cropping = {1, {2, 3}}}) ==
        R"({"cropping":[[1,1],[2,3]],"data_format":"channels_last"})");
  CHECK(fields_of(UpSampling2D{}) == R"({"size":[2,2],"data_format":"channels_last","interpolation":"nearest"})");
  CHECK(fields_of(MaxPooling1D{}) ==
        R"({"pool_size":[2],"padding":"valid","strides":[2],"data_format":"channels_last"})");
  CHECK(fields_of(GlobalMaxPooling1D{}) == R"({"data_format":"channels_last","keepdims":false})");
  CHECK(fields_of(Permute{.dims = {2, 1}}) == R"({"dims":[2,1]})");
  CHECK(saving::layer_from_config("ZeroPadding2D", {{"padding", 3}}).as<ZeroPadding2D>()->padding == Margins(3));
  CHECK(refusal("Cropping2D", R"({"cropping": [1, 2, 3]})") ==
        "Cropping2D.cropping: Expected an integer or an array of 2 integers or pairs of integers. Received: [1,2,3]");
}

TEST_CASE("every layer comes back from its JSON, with and without its defaults") {
  for (const Layer& layer : unusual_layers()) {
    const Layer defaults = Layer::from_identifier(layer.class_name());
    for (const Layer& original : {layer, defaults}) {
      INFO(saving::to_text(original));
      const Layer copy = through_text(original);
      CHECK(saving::equal(original, copy));
      CHECK(saving::to_object(copy) == saving::to_object(original));
    }
    CHECK_FALSE(saving::equal(layer, defaults));
  }
}

TEST_CASE("the list above has every built-in layer") {
  const std::string text = error_text([] { Layer::from_identifier("?"); });
  std::size_t classes = 1;
  for (const char c : text) classes += c == ',';
  CHECK(classes == unusual_layers().size() - 2);  // Conv1D and Conv2D stand there twice.
}

TEST_CASE("an absent stride is written as what it stands for") {
  CHECK(saving::to_config(Layer(MaxPooling2D{.pool_size = {3, 2}}))["strides"] == Json({3, 2}));
  const Layer layer = saving::layer_from_config("MaxPooling2D", {{"pool_size", 3}, {"strides", nullptr}});
  CHECK(saving::to_config(layer)["strides"] == Json({3, 3}));
}

TEST_CASE("batch renormalisation without bounds has an empty dictionary of them") {
  const auto bounds = [](const BatchNormalization& layer) {
    return saving::to_object(Layer(layer))["config"]["renorm_clipping"].dump();
  };
  CHECK(bounds({}) == "null");
  CHECK(bounds({.renorm = true}) == "{}");
  CHECK(bounds({.renorm = true, .renorm_clipping = RenormClipping{.rmax = 3}}) == R"({"rmax":3.0})");
}

TEST_CASE("activity_regularizer of Dense is written only where it is") {
  CHECK_FALSE(saving::to_config(Layer(Dense{.units = 1})).contains("activity_regularizer"));
  const Json config = saving::to_config(Layer(Dense{.units = 1, .activity_regularizer = "l2"}));
  std::vector<std::string> keys;
  for (const auto& [key, value] : config.items()) keys.push_back(key);
  CHECK(std::vector(keys.begin(), keys.begin() + 5) ==
        std::vector<std::string>{"name", "trainable", "dtype", "activity_regularizer", "units"});
}

TEST_CASE("coefficients are written as Keras keeps them: two as floats") {
  CHECK(saving::to_config(Regularizer(L2{})).dump() == R"({"l2":0.01})");
  CHECK(saving::to_config(Regularizer(L1L2{.l1 = 0.0001, .l2 = 0.001})).dump() == R"({"l1":0.0001,"l2":0.001})");
  CHECK(saving::to_config(Regularizer(OrthogonalRegularizer{})).dump() ==
        R"({"factor":0.009999999776482582,"mode":"rows"})");
  CHECK(saving::to_config(Regularizer(L1{})).dump() == R"({"l1":0.009999999776482582})");
  Regularizer regularizer = L1{};
  saving::to_config(regularizer);
  CHECK(regularizer.as<L1>()->l1 == 0.01);
  saving::read_config(regularizer, {{"l1", 0.5}});
  CHECK(regularizer.as<L1>()->l1 == 0.5);
}

TEST_CASE("configurations of constraints, as in Keras's tests") {
  CHECK(saving::to_config(Constraint(MaxNorm{.max_value = 3, .axis = 1})).dump() == R"({"max_value":3.0,"axis":1})");
  CHECK(saving::to_config(Constraint(MinMaxNorm{.min_value = 0.5, .max_value = 2, .rate = 0.7, .axis = 1})).dump() ==
        R"({"min_value":0.5,"max_value":2.0,"rate":0.7,"axis":1})");
}

TEST_CASE("what older releases of Keras wrote is read") {
  const auto read = [](const char* class_name, const char* config) {
    return saving::layer_from_config(class_name, Json::parse(config));
  };
  CHECK(read("BatchNormalization", R"({"axis": [3], "dtype": "float32"})").as<BatchNormalization>()->axis == 3);
  CHECK(read("InputLayer", R"({"batch_input_shape": [null, 4], "sparse": null})").as<Input>()->shape.get() == Shape{4});
  CHECK(read("InputLayer", R"({"shape": [4, null], "batch_size": 2})")->infer_shape({}) == Shape{2, 4, None});
  const Layer dense = read("Dense", R"({"units": 3, "batch_input_shape": [null, 4], "kernel_initializer": "he_normal",
      "bias_initializer": {"class_name": "Zeros", "config": {}}, "lora_rank": null, "activation": null})");
  CHECK(dense.as<Dense>()->kernel_initializer.as<HeNormal>() != nullptr);
  CHECK(dense.as<Dense>()->activation.kind() == ActivationKind::linear);
  CHECK(read("Activation", R"({"activation": {"module": "builtins", "class_name": "function", "config": "relu",
      "registered_name": "function"}})")
            .as<Activation>()
            ->activation.get()
            .kind() == ActivationKind::relu);
}

TEST_CASE("unknown keys are refused with the nearest known one") {
  CHECK(refusal("Conv2D", R"({"filters": 2, "kernel_size": 3, "kernal_initializer": "zeros"})") ==
        "Unrecognized keyword arguments passed to Conv2D: {'kernal_initializer': \"zeros\"}. Did you mean "
        "`kernel_initializer`?");
  CHECK(refusal("Flatten", R"({"units": 3})") ==
        "Unrecognized keyword arguments passed to Flatten: {'units': 3}. Known: name, trainable, data_format.");
}

TEST_CASE("missing required keys are refused") {
  CHECK(refusal("Dense", R"({"activation": "relu"})") ==
        "The configuration of Dense has no `units`, which has no default value. Received: {\"activation\":\"relu\"}");
  CHECK(refusal("InputLayer", "{}").starts_with("The configuration of InputLayer has no `batch_shape`"));
}

TEST_CASE("values of a wrong type or range are refused with class and key") {
  CHECK(refusal("Dense", R"({"units": "64"})") == "Dense.units: Expected a positive integer. Received: \"64\"");
  CHECK(refusal("Dense", R"({"units": 2.5})") == "Dense.units: Expected a positive integer. Received: 2.5");
  CHECK(refusal("Dense", R"({"units": null})") == "Dense.units: Expected a positive integer. Received: null");
  CHECK(refusal("Dense", R"({"units": 4294967296})") ==
        "Dense.units: Expected an integer of 32 bits. Received: 4294967296");
  CHECK(refusal("Dense", R"({"units": 18446744073709551615})").starts_with("Dense.units: Expected an integer"));
  CHECK(refusal("Dense", R"({"units": 2, "use_bias": 1})") == "Dense.use_bias: Expected true or false. Received: 1");
  CHECK(refusal("Dropout", R"({"rate": true})") == "Dropout.rate: Expected a number. Received: true");
  CHECK(refusal("Conv2D", R"({"filters": 2, "kernel_size": [3]})") ==
        "Conv2D.kernel_size: Expected an integer or an array of 2 integers. Received: [3]");
  CHECK(refusal("Conv2D", R"({"filters": 2, "kernel_size": 3, "padding": "causal"})") ==
        "Conv2D.padding: The `padding` argument must be one of {'valid', 'same'}. Received: causal");
  CHECK(
      refusal("Dense", R"({"units": 2, "kernel_initializer": {"class_name": "HeNormal", "config": {"seed": "x"}}})") ==
      "Dense.kernel_initializer: HeNormal.seed: Expected an integer. Received: \"x\"");
  CHECK(refusal("Dense", R"({"units": 2, "kernel_initializer": 3})")
            .starts_with("Dense.kernel_initializer: Expected null"));
  CHECK(refusal("Dense", R"({"units": 2, "activation": {"class_name": "ReLU", "config": {}}})")
            .starts_with("Dense.activation: Expected the name of an activation function"));
  CHECK(refusal("BatchNormalization", R"({"renorm_clipping": {"rmid": 1}})") ==
        "Invalid key in `renorm_clipping`. Expected keys among 'rmax', 'rmin', 'dmax'. Received: 'rmid'");
  CHECK(refusal("Reshape", R"({"target_shape": [null, 2]})") ==
        "Reshape.target_shape: Expected an integer. Received: null");
  CHECK(refusal("Flatten", "[]") == "Expected an object as the configuration of Flatten. Received: []");
  // What validate refuses is refused here too.
  CHECK(refusal("Dense", R"({"units": 0})").starts_with("Received an invalid value for `units`"));
}

TEST_CASE("what sumi doesn't have is accepted only where it is off") {
  CHECK(refusal("Dense", R"({"units": 2, "lora_rank": 4})") ==
        "Dense.lora_rank: Expected nothing but null. Received: 4");
  CHECK(refusal("InputLayer", R"({"batch_shape": [null, 2], "sparse": true})") ==
        "InputLayer.sparse: Expected nothing but false. Received: true");
  CHECK(refusal("Flatten", R"({"dtype": {"module": "keras", "class_name": "DTypePolicy",
      "config": {"name": "mixed_float16"}, "registered_name": null}})")
            .starts_with("Flatten.dtype: Expected float32, which is all that sumi computes in."));
}

TEST_CASE("gelu's approximation has no string in Keras") {
  const Layer layer = Activation{.activation = ActivationKind::gelu_tanh};
  CHECK_THROWS_AS(saving::to_config(layer), ArgumentError);
  CHECK(saving::to_text(layer) == "Activation(activation='gelu_tanh')");
}

TEST_CASE("to_text shows what differs from the defaults") {
  const auto text = [](const Layer& layer) { return saving::to_text(layer); };
  CHECK(text(Conv2D{.filters = 32, .kernel_size = {3, 3}, .activation = "relu"}) ==
        "Conv2D(filters=32, kernel_size=(3, 3), activation='relu')");
  CHECK(text(Flatten{}) == "Flatten()");
  CHECK(text(Dropout{.rate = 0.1, .name = "d", .trainable = false}) == "Dropout(rate=0.1, name='d', trainable=False)");
  CHECK(text(Dense{.units = 1,
                   .use_bias = false,
                   .kernel_initializer = HeNormal{.seed = 1},
                   .kernel_regularizer = L2{.l2 = 0.1}}) ==
        "Dense(units=1, use_bias=False, kernel_initializer=HeNormal(seed=1), kernel_regularizer=L2(l2=0.1))");
  CHECK(text(BatchNormalization{.momentum = 0.9, .renorm_clipping = RenormClipping{.rmax = 3}}) ==
        "BatchNormalization(momentum=0.9, renorm_clipping={'rmax': 3.0})");
  CHECK(text(Input{.shape = {28, 28, 1}}) == "InputLayer(batch_shape=(None, 28, 28, 1))");
  CHECK(text(Reshape{.target_shape = {-1}}) == "Reshape(target_shape=(-1,))");
  CHECK(saving::to_text(Regularizer()) == "None");
}

namespace {

struct Scale {
  static constexpr const char* class_name = "Scale";
  double factor = 2;
  std::string name = {};
};
Shape output_shape(const Scale&, const Shape& input) { return input; }
void lower(const Scale& layer, Lowering& ops) { ops.output(ops.affine(ops.input(), {layer.factor}, {0.0})); }
void fields(Scale& layer, Fields& f) {
  f("factor", layer.factor);
  f("name", layer.name);
}

}  // namespace

TEST_CASE("a user's layer is written as Keras writes custom ones, and read once registered") {
  const Layer scale = Scale{.factor = 3, .name = "s"};
  CHECK(saving::to_text(scale) == "Scale(factor=3.0, name='s')");
  const Json object = saving::to_object(scale);
  CHECK(object["module"] == nullptr);
  CHECK(object["registered_name"] == "Custom>Scale");
  CHECK(object["config"]["trainable"] == true);
  CHECK_THROWS_AS(through_text(scale), ArgumentError);
  register_layer(Scale{});
  CHECK(saving::equal(through_text(scale), scale));
  CHECK(saving::to_text(Layer(Scale{})) == "Scale()");
  CHECK(error_text<ArgumentError>([] {
          saving::layer_from_config("Scale", {{"trainable", false}});
        }) == "Scale has no field `trainable`, so it can't be frozen.");
}

TEST_CASE("objects, strings and null become what a slot holds") {
  Initializer slot;
  saving::read_object(slot, "he_uniform");
  CHECK(slot.as<HeUniform>() != nullptr);
  saving::read_object(slot, {{"module", "keras.initializers"},
                             {"class_name", "Constant"},
                             {"config", {{"value", 3}}},
                             {"registered_name", nullptr},
                             {"shared_object_id", 140}});
  CHECK(slot.as<Constant>()->value == 3.0);
  saving::read_object(slot, nullptr);
  CHECK_FALSE(slot.has_value());
  CHECK(error_text<ArgumentError>([&] {
          saving::read_object(slot,
                              {{"class_name", "Zeros"}, {"config", Json::object()}, {"registered_name", "Evil>Ones"}});
        }) == "The class Zeros is registered under another name. Received: registered_name='Evil>Ones'");
  CHECK_THROWS_AS(saving::read_object(slot, {{"class_name", 3}}), ArgumentError);
}
