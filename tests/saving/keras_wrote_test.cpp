// Files that Keras wrote: loaded, they predict, evaluate and learn as Keras says they do.
#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "sumi/datasets.hpp"
#include "sumi/saving.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"
#include "support/golden_folder.hpp"
#include "support/pattern.hpp"

using namespace sumi;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

// What the task of reading Keras's files asks for: predictions of one float32 pass, and those after one more update.
constexpr float same_prediction = 1e-5F;
constexpr float same_update = 1e-4F;

/// Empty, with a word to whoever reads the output, where Keras's files are not there.
fs::path keras_folder(const char* part) {
  const fs::path folder = test::golden_folder() / part;
  if (fs::exists(folder)) return folder;
  WARN("skipped: there is no folder " << folder.string() << "; SUMI_GOLDEN_DIR names another");
  return {};
}

Json read_json(const fs::path& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Tensor filled(const Shape& shape, int k) {
  const std::vector<float> values = testing::fill<float>(shape, k);
  Tensor tensor = Tensor::from_shape(std::vector<std::size_t>(shape.begin(), shape.end()));
  std::copy(values.begin(), values.end(), tensor.data());
  return tensor;
}

Tensor pattern_of(const Json& json) { return filled(json.at("shape").get<Shape>(), json.at("fill").get<int>()); }

float largest_difference(const Tensor& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  float largest = 0;
  for (std::size_t i = 0; i < b.size(); ++i) largest = std::max(largest, std::abs(a.data()[i] - b[i]));
  return largest;
}

void check_logs(const Logs& logs, const Json& expected, double tolerance) {
  for (const auto& [name, value] : expected.items()) {
    INFO(name);
    CHECK(std::abs(logs[name] - value.get<double>()) <= tolerance * std::max(1.0, std::abs(value.get<double>())));
  }
}

Logs run(const Json& data, const std::function<Logs(const Tensor&, ArrayView)>& use) {
  const Tensor x = pattern_of(data.at("x"));
  const Json& y = data.at("y");
  if (y.is_array() && y[0].is_number_integer()) return use(x, y.get<std::vector<int>>());
  const Json& values = y.is_object() ? y.at("data") : y;
  std::vector<float> flat;
  Shape shape;
  if (y.is_object()) {
    flat = values.get<std::vector<float>>();
    shape = y.at("shape").get<Shape>();
  } else {
    shape = {static_cast<std::int64_t>(y.size()), static_cast<std::int64_t>(y[0].size())};
    for (const Json& row : y) {
      for (const Json& value : row) flat.push_back(value.get<float>());
    }
  }
  return use(x, ArrayView(std::span<const float>(flat), shape));
}

/// The tiny model as Keras describes it after its training.
struct Tiny {
  Json trace;
  Tensor x = filled({22, 10, 10, 1}, 7);
  explicit Tiny(const fs::path& folder) {
    const Json traces = read_json(folder / "traces.json");
    for (const Json& one : traces.at("cases")) {
      if (one.value("area", "") == "end_to_end" && one.value("optimizer", "") == "Adam") trace = one;
    }
    for (float& value : x) value = (value + 1) / 2;
  }
  void check(Sequential model) const {
    const Json& expected = trace.at("predict_after").at("data");
    CHECK(largest_difference(model.predict(x, {.verbose = 0}), expected.get<std::vector<float>>()) <= same_prediction);
  }
};

}  // namespace

TEST_CASE("models that Keras saved predict, evaluate and train on as in Keras") {
  const fs::path folder = keras_folder("models");
  if (folder.empty()) return;
  int loaded = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".keras") continue;
    INFO(entry.path().filename().string());
    const Json expected = read_json(fs::path(entry.path()).replace_extension(".json"));
    Sequential model = load_model(entry.path());
    ++loaded;
    CHECK(model.count_params() == expected.at("count_params").get<std::int64_t>());
    const Tensor input = pattern_of(expected.at("input"));
    CHECK(largest_difference(model.predict(input, {.verbose = 0}),
                             expected.at("predict").at("data").get<std::vector<float>>()) <= same_prediction);
    const Json& data = expected.at("train_data");
    const int batch_size = data.at("batch_size").get<int>();
    check_logs(run(data, [&](const Tensor& x,
                             ArrayView y) { return model.evaluate(x, y, {.batch_size = batch_size, .verbose = 0}); }),
               expected.at("evaluate"), same_prediction);
    const Json& after = expected.at("after_one_more_train_on_batch");
    if (after.is_null()) continue;
    check_logs(run(data, [&](const Tensor& x, ArrayView y) { return model.train_on_batch(x, y); }), after.at("logs"),
               same_update);
    CHECK(largest_difference(model.predict(input, {.verbose = 0}), after.at("predict").get<std::vector<float>>()) <=
          same_update);
  }
  CHECK(loaded > 0);
}

TEST_CASE("the samples load in all their forms") {
  const fs::path folder = keras_folder("samples");
  if (folder.empty()) return;
  const Tiny tiny(test::golden_folder());
  Sequential model = load_model(folder / "tiny_adam.keras");
  CHECK(model.name() == "tiny");
  CHECK(model.iterations() == 6);
  CHECK(model.learning_rate() == Approx(0.01));
  tiny.check(load_model(folder / "tiny_adam.keras"));
  tiny.check(load_model(folder / "tiny_adam.keras", {.compile = false}));
  tiny.check(load_model(folder / "tiny_adam.h5"));
  CHECK(load_model(folder / "tiny_adam.h5").iterations() == 6);
  for (const char* weights : {"tiny_adam.weights.h5", "tiny_shard.weights.json", "tiny_adam.h5", "tiny_adam.keras"}) {
    INFO(weights);
    Sequential fresh = model_from_json(read_text(folder / "tiny_adam.to_json.json"));
    fresh.compile({.optimizer = Adam{}});
    CHECK(fresh.iterations() == 0);
    fresh.load_weights(folder / weights);
    CHECK(fresh.iterations() == 6);
    tiny.check(std::move(fresh));
  }
}

TEST_CASE("to_json writes the KMNIST CNN as Keras does") {
  const fs::path folder = keras_folder("samples");
  if (folder.empty()) return;
  for (const char* name : {"kmnist_cnn.to_json.json", "tiny_adam.to_json.json"}) {
    INFO(name);
    const std::string text = read_text(folder / name);
    Json expected = Json::parse(text), written = Json::parse(model_from_json(text).to_json());
    // The backend that wrote the tiny model had an optimizer of its own, and left it out.
    if (!expected["compile_config"].contains("optimizer")) {
      CHECK(written["compile_config"]["optimizer"]["class_name"] == "RMSprop");
      written["compile_config"].erase("optimizer");
    }
    CHECK(written.dump() == expected.dump());
  }
  const std::string text = read_text(folder / "kmnist_cnn.to_json.json");
  CHECK(model_from_json(text).to_json() == text);
}

TEST_CASE("the KMNIST models that Keras trained have the accuracy and loss that Keras reported") {
  const fs::path folder = keras_folder("kmnist-reference");
  const fs::path data = test::golden_folder() / ".." / "kmnist";
  if (folder.empty() || !fs::exists(data)) return;
  const datasets::Dataset kmnist = datasets::load_idx(data);
  const Tensor x = kmnist.test.images.normalized();
  for (const char* seed : {"seed1", "seed2"}) {
    INFO(seed);
    const Json expected = read_json(folder / (std::string(seed) + ".json"));
    Sequential model = load_model(folder / (std::string(seed) + ".keras"));
    const auto [loss, accuracy] = model.evaluate(x, kmnist.test.labels, {.batch_size = 250, .verbose = 0});
    CHECK(std::abs(loss - expected.at("test_loss").get<double>()) < 5e-5);
    CHECK(std::abs(accuracy - expected.at("test_accuracy").get<double>()) < 5e-5);
    std::vector<float> first;
    for (const Json& row : expected.at("predict_first_100_test_images")) {
      for (const Json& value : row) first.push_back(value.get<float>());
    }
    Tensor hundred = Tensor::from_shape({100, 28, 28, 1});
    std::copy_n(x.data(), hundred.size(), hundred.data());
    CHECK(largest_difference(model.predict(hundred, {.verbose = 0}), first) <= same_prediction);
  }
}
