// Classes of the user's own in saved models: found by name, refused by name.
#include <cmath>
#include <fstream>

#include "saving/json_text.hpp"
#include "saving/keras_file.hpp"
#include "saving/zip_file.hpp"
#include "sumi/layers.hpp"
#include "sumi/lowering.hpp"
#include "sumi/saving.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"
#include "support/temporary_folder.hpp"

using namespace sumi;
using test::error_text;
using test::TemporaryFolder;

namespace {

/// x * factor, with a learned offset.
struct Shifted {
  static constexpr const char* class_name = "Shifted";
  static constexpr const char* package = "garden";
  double factor = 1;
  Initializer offset_initializer = "zeros";
  std::string name = {};
  bool trainable = true;
};
Shape output_shape(const Shifted&, const Shape& input) { return input; }
void lower(const Shifted& layer, Lowering& ops) {
  const Value x = ops.input();
  const Value offset = ops.weight("offset", {ops.shape(x).back()}, {.initializer = layer.offset_initializer});
  ops.output(ops.add_bias(ops.affine(x, {layer.factor}, {0.0}), offset));
}
void fields(Shifted& layer, Fields& f) {
  f("name", layer.name);
  f("trainable", layer.trainable);
  f("factor", layer.factor);
  f("offset_initializer", layer.offset_initializer);
}

struct Ramp {
  static constexpr const char* class_name = "Ramp";
  double step = 1;
};
void initialize(const Ramp& ramp, const Shape&, std::uint64_t, std::span<float> values) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(ramp.step * static_cast<double>(i));
}
void fields(Ramp& ramp, Fields& f) { f("step", ramp.step); }

struct Doubled {
  static constexpr const char* class_name = "Doubled";
  double weight = 2;
};
Value lower(const Doubled& loss, Lowering& ops, Value y_true, Value y_pred) {
  return ops.affine(ops.pointwise_loss(PointwiseLossKind::squared_error, y_true, y_pred), {loss.weight}, {0.0});
}
void fields(Doubled& loss, Fields& f) { f("weight", loss.weight); }

struct Largest {
  static constexpr const char* class_name = "Largest";
  std::string name = "largest";
};
std::size_t state_size(const Largest&) { return 1; }
void update(const Largest&, const MetricBatch& batch, std::span<double> state) {
  for (const float value : batch.y_pred) state[0] = std::max(state[0], std::abs(double{value}));
}
double result(const Largest&, std::span<const double> state) { return state[0]; }
void fields(Largest& metric, Fields& f) { f("name", metric.name); }

CustomObjects garden() {
  return {{"garden>Shifted", Shifted{}}, {"Ramp", Ramp{}}, {"Custom>Doubled", Doubled{}}, {"Largest", Largest{}}};
}

Sequential own_model() {
  Sequential model({Input{.shape = {3}},
                    Shifted{.factor = 0.5, .offset_initializer = Ramp{.step = 0.25}, .name = "shifted"},
                    Dense{.units = 2}});
  model.compile({.optimizer = SGD{}, .loss = Doubled{.weight = 3}, .metrics = {Largest{}}});
  return model;
}

/// The archive with one member replaced.
void replace_member(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& member,
                    const std::string& content) {
  const saving::Bytes archive = saving::read_file(from);
  const saving::ZipReader zip(archive.view(), from.string());
  std::vector<saving::Bytes> contents;
  std::vector<saving::ZipMember> members;
  for (const std::string& name : zip.names()) {
    contents.push_back(zip.read(name, archive.size()));
    members.push_back({name, {name == member ? saving::bytes_of(content) : contents.back().view()}});
  }
  saving::AtomicFile file(to);
  saving::write_zip(file, members);
  file.commit();
}

}  // namespace

TEST_CASE("a user's layer, initializer, loss and metric come back with their fields") {
  const TemporaryFolder folder;
  const Sequential model = own_model();
  CHECK_THAT(model.to_json(), ContainsSubstring("\"registered_name\": \"garden>Shifted\""));
  CHECK_THAT(model.to_json(), ContainsSubstring("\"registered_name\": \"Custom>Ramp\""));
  model.save(folder / "m.keras");
  Sequential loaded = load_model(folder / "m.keras", {.custom_objects = garden()});
  CHECK(loaded.to_json() == model.to_json());
  CHECK(loaded.get_layer("shifted").get_weights()[0](2) == 0.5F);
  Tensor x = Tensor::from_shape({2, 3}), y = Tensor::from_shape({2, 2});
  x.fill(1);
  y.fill(0);
  Sequential same = own_model();
  same.load_weights(folder / "m.keras");
  const Logs before = same.train_on_batch(x, y), after = loaded.train_on_batch(x, y);
  CHECK(after["loss"] == before["loss"]);
  CHECK(after["largest"] == before["largest"]);
}

TEST_CASE("a function as learning rate comes back when it is handed over") {
  const TemporaryFolder folder;
  const auto halving = [](std::int64_t step) { return std::pow(0.5, static_cast<double>(step)); };
  Sequential model({Input{.shape = {2}}, Dense{.units = 1}});
  model.compile({.optimizer = SGD{.learning_rate = halving}, .loss = "mse"});
  const Tensor x = xt::ones<float>({2, 2}), y = xt::ones<float>({2, 1});
  model.train_on_batch(x, y);
  CHECK(model.learning_rate() == 0.5);
  model.save(folder / "m.keras");
  CHECK_THAT(error_text<FileError>([&] { load_model(folder / "m.keras"); }),
             ContainsSubstring("Could not interpret learning rate schedule identifier: LambdaSchedule."));
  Sequential loaded =
      load_model(folder / "m.keras", {.custom_objects = {{"LambdaSchedule", LambdaSchedule{.function = halving}}}});
  CHECK(loaded.learning_rate() == 0.5);
  loaded.train_on_batch(x, y);
  model.train_on_batch(x, y);
  CHECK(loaded.get_weights() == model.get_weights());
}

TEST_CASE("a class that nobody knows is named, with the way to make it known") {
  const TemporaryFolder folder;
  own_model().save(folder / "m.keras");
  const std::string text = error_text<FileError>([&] { load_model(folder / "m.keras"); });
  CHECK_THAT(text, ContainsSubstring("Could not locate class 'Shifted'."));
  CHECK_THAT(text,
             ContainsSubstring("A class of your own must be registered first (register_layer and its like), or be "
                               "passed in custom_objects."));
  // Custom objects are those of one call.
  load_model(folder / "m.keras", {.custom_objects = garden()});
  CHECK_THAT(error_text<FileError>([&] { load_model(folder / "m.keras"); }), ContainsSubstring("'Shifted'"));
  // A user's class doesn't pass for one of Keras's, nor the other way round.
  const std::string json = R"({"class_name": "Sequential", "config": {"name": "s", "layers": [
      {"class_name": "Flatten", "config": {}, "registered_name": "garden>Flatten"}]}})";
  CHECK(error_text<ArgumentError>([&] { model_from_json(json); }) ==
        "The class Flatten is known as one of sumi's own. Received: registered_name='garden>Flatten'");
}

TEST_CASE("a file tests itself: other weights or another meaning don't pass") {
  const TemporaryFolder folder;
  Sequential model({Input{.shape = {3}}, Dense{.units = 4, .activation = "relu"}, Dense{.units = 2}});
  model.save(folder / "m.keras");
  std::string config = model.to_json();
  const auto at = config.find("\"relu\"");
  config.replace(at, 6, "\"tanh\"");
  replace_member(folder / "m.keras", folder / "other.keras", saving::config_member, config);
  const std::string text = error_text<FileError>([&] { load_model(folder / "other.keras"); });
  CHECK_THAT(text, ContainsSubstring("of its probe was "));
  CHECK_THAT(text, ContainsSubstring(" now; weights or layers have changed since"));
  // A file without a record of sumi's is one that Keras may have written.
  replace_member(folder / "m.keras", folder / "no.keras", saving::sumi_member, "{}");
  CHECK_THAT(error_text<FileError>([&] { load_model(folder / "no.keras"); }),
             ContainsSubstring("it is no record of sumi's"));
}

TEST_CASE("what sumi knows of a model is in the file, and inspect shows it") {
  const TemporaryFolder folder;
  Sequential model({Input{.shape = {3}, .name = "i"}, Dense{.units = 2, .name = "d"}}, "m");
  std::vector<Tensor> weights = model.get_weights();
  weights[0](0, 0) = std::nanf("");
  weights[1](1) = 7;
  model.set_weights(weights);
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.save(folder / "m.keras", {.notes = R"({"data": "none"})"});
  const FileReport report = inspect_file(folder / "m.keras");
  CHECK(report.notes == R"({"data": "none"})");
  CHECK(report.layers == std::vector<std::string>{"InputLayer i", "Dense d"});
  REQUIRE(report.arrays.size() == 4);
  CHECK(report.arrays[0].path == "/layers/dense/vars/0");
  CHECK(report.arrays[0].shape == Shape{3, 2});
  CHECK(report.arrays[0].not_a_number == 1);
  CHECK(report.arrays[1].maximum == 7);
  CHECK(report.arrays[1].mean == 3.5);
  CHECK(report.arrays[2].is_integer);
  CHECK(report.arrays[3].mean == Approx(0.001));
  model.save_weights(folder / "m.weights.h5");
  CHECK(inspect_file(folder / "m.weights.h5").arrays.size() == 4);
  std::ofstream(folder / "m.json") << model.to_json();
  CHECK(inspect_file(folder / "m.json").layers == report.layers);
  CHECK_THAT(error_text<FileError>([&] { inspect_file(folder / "m.txt"); }), ContainsSubstring("can't be read"));
  // Not a number before, not a number now: that is the model.
  CHECK(std::isnan(load_model(folder / "m.keras").get_weights()[0](0, 0)));
}
