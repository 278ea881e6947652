// The model as a user sees it: structure, weights, fit, evaluate and predict, and every wrong turn.
#include "sumi/sequential.hpp"

#include <cmath>
#include <limits>
#include <thread>

#include "core/random.hpp"
#include "sumi/error.hpp"
#include "sumi/layers.hpp"
#include "sumi/random.hpp"
#include "sumi/session.hpp"
#include "sumi/threads.hpp"
#include "support/catch.hpp"

using namespace sumi;

namespace {

// Points of three classes around three centres: learnable in a few steps.
struct Points {
  Tensor x;
  std::vector<int> y;
};
Points make_points(int count, int seed = 1) {
  Random random(static_cast<std::uint64_t>(seed));
  Points points{Tensor::from_shape({static_cast<std::size_t>(count), 2}), {}};
  for (int i = 0; i < count; ++i) {
    const int label = i % 3;
    points.y.push_back(label);
    points.x(i, 0) = static_cast<float>(std::cos(2.1 * label) + 0.2 * random.normal());
    points.x(i, 1) = static_cast<float>(std::sin(2.1 * label) + 0.2 * random.normal());
  }
  return points;
}

Sequential make_classifier() {
  Sequential model({Input{.shape = {2}}, Dense{.units = 16, .activation = "relu"}, BatchNormalization{},
                    Dense{.units = 3, .activation = "softmax"}});
  model.compile(
      {.optimizer = Adam{.learning_rate = 0.02}, .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  return model;
}

class Recorder : public Callback {
 public:
  std::vector<std::string> events;
  int stop_at_batch = -1;
  void on_train_begin(const Logs&) override { events.emplace_back("train_begin"); }
  void on_train_end(const Logs&) override { events.emplace_back("train_end"); }
  void on_epoch_begin(int epoch, const Logs&) override { events.push_back("epoch_begin " + std::to_string(epoch)); }
  void on_epoch_end(int epoch, Logs& logs) override {
    events.push_back("epoch_end " + std::to_string(epoch));
    for (const auto& [name, value] : logs) events.push_back("  " + name);
  }
  void on_train_batch_begin(std::int64_t batch, const Logs&) override {
    events.push_back("batch_begin " + std::to_string(batch));
  }
  void on_train_batch_end(std::int64_t batch, const Logs&) override {
    events.push_back("batch_end " + std::to_string(batch));
    if (batch == stop_at_batch) model().stop_training();
  }
  void on_test_begin(const Logs&) override { events.emplace_back("test_begin"); }
  void on_test_end(const Logs&) override { events.emplace_back("test_end"); }
};

}  // namespace

TEST_CASE("a small model learns") {
  set_random_seed(1);
  const Points train = make_points(300), test = make_points(90, 2);
  Sequential model = make_classifier();
  const History history =
      model.fit(train.x, train.y, {.batch_size = 16, .epochs = 12, .verbose = 0, .validation_split = 0.2});
  CHECK(history["loss"].back() < 0.3);
  CHECK(history["accuracy"].back() > 0.9);
  CHECK(history["val_loss"].size() == 12);
  const auto [loss, accuracy] = model.evaluate(test.x, test.y, {.verbose = 0});
  CHECK(accuracy > 0.9);
  CHECK(loss < 0.5);
}

TEST_CASE("the same seed gives the same bits, another seed does not") {
  const Points points = make_points(100);
  const auto train = [&](int seed) {
    clear_session();
    set_random_seed(seed);
    Sequential model({Input{.shape = {2}}, Dense{.units = 8, .activation = "relu"}, Dropout{.rate = 0.3},
                      Dense{.units = 3, .activation = "softmax"}});
    model.compile({.optimizer = Adam{}, .loss = "sparse_categorical_crossentropy"});
    model.fit(points.x, points.y, {.batch_size = 32, .epochs = 3, .verbose = 0});
    return model.get_weights();
  };
  CHECK(train(5) == train(5));
  CHECK(train(5) != train(6));
}

TEST_CASE("every sample counts once, the short last batch with its right weight") {
  set_random_seed(3);
  const Points points = make_points(50);
  Sequential model = make_classifier();
  const Logs whole = model.evaluate(points.x, points.y, {.batch_size = 50, .verbose = 0});
  for (const int batch_size : {1, 7, 16, 49, 64}) {
    const Logs parts = model.evaluate(points.x, points.y, {.batch_size = batch_size, .verbose = 0});
    INFO(batch_size);
    CHECK(parts["loss"] == Approx(whole["loss"]).epsilon(1e-5));
    CHECK(parts["accuracy"] == Approx(whole["accuracy"]).epsilon(1e-12));
  }
  const Tensor together = model.predict(points.x, {.batch_size = 50, .verbose = 0});
  const Tensor apart = model.predict(points.x, {.batch_size = 7, .verbose = 0});
  REQUIRE(together.shape() == apart.shape());
  for (std::size_t i = 0; i < together.size(); ++i) REQUIRE(together.data()[i] == Approx(apart.data()[i]).margin(1e-6));
}

TEST_CASE("events come in Keras's order") {
  const Points points = make_points(10);
  Sequential model = make_classifier();
  auto recorder = std::make_shared<Recorder>();
  model.fit(points.x, points.y,
            {.batch_size = 4,
             .epochs = 2,
             .verbose = 0,
             .callbacks = {recorder},
             .validation_split = 0.2,
             .validation_freq = 2});
  const std::vector<std::string> expected = {
      "train_begin",   "epoch_begin 0",  "batch_begin 0", "batch_end 0",   "batch_begin 1", "batch_end 1",
      "epoch_end 0",   "  accuracy",     "  loss",        "epoch_begin 1", "batch_begin 0", "batch_end 0",
      "batch_begin 1", "batch_end 1",    "test_begin",    "test_end",      "epoch_end 1",   "  accuracy",
      "  loss",        "  val_accuracy", "  val_loss",    "train_end"};
  CHECK(recorder->events == expected);
}

TEST_CASE("a callback can stop training after a batch") {
  const Points points = make_points(40);
  Sequential model = make_classifier();
  auto recorder = std::make_shared<Recorder>();
  recorder->stop_at_batch = 1;
  const History history =
      model.fit(points.x, points.y, {.batch_size = 8, .epochs = 5, .verbose = 0, .callbacks = {recorder}});
  CHECK(history.epoch == std::vector<int>{0});
  CHECK(model.iterations() == 2);
}

TEST_CASE("validation is the last part, taken before shuffling") {
  set_random_seed(1);
  // The last fifth carries another label than the rest: only there is the accuracy of a constant predictor 0.
  Tensor x = xt::ones<float>({100, 2});
  std::vector<int> y(100, 0);
  std::fill(y.begin() + 80, y.end(), 1);
  Sequential model({Input{.shape = {2}}, Dense{.units = 2, .activation = "softmax"}});
  model.compile(
      {.optimizer = Adam{.learning_rate = 0.5}, .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  const History history = model.fit(x, y, {.batch_size = 10, .epochs = 2, .verbose = 0, .validation_split = 0.2});
  CHECK(history["accuracy"].back() == 1.0);
  CHECK(history["val_accuracy"].back() == 0.0);
}

TEST_CASE("a frozen layer does not move, a frozen batch norm keeps its statistics") {
  const Points points = make_points(40);
  Sequential model = make_classifier();
  model.get_layer(0).set_trainable(false);
  model.get_layer(1).set_trainable(false);
  const auto dense = model.get_layer(0).get_weights(), norm = model.get_layer(1).get_weights(),
             last = model.get_layer(2).get_weights();
  model.fit(points.x, points.y, {.epochs = 2, .verbose = 0});
  CHECK(model.get_layer(0).get_weights() == dense);
  CHECK(model.get_layer(1).get_weights() == norm);
  CHECK(model.get_layer(2).get_weights() != last);
}

TEST_CASE("without Input a model is built by its first data") {
  Sequential model({Dense{.units = 3, .activation = "softmax"}});
  CHECK_FALSE(model.built());
  CHECK_THROWS_AS(model.count_params(), StateError);
  CHECK_THROWS_WITH(model.output_shape(), ContainsSubstring("before the model is built"));
  const Points points = make_points(6);
  CHECK(model.predict(points.x, {.verbose = 0}).shape()[1] == 3);
  CHECK(model.count_params() == 9);
}

TEST_CASE("pop and add keep the weights of the layers that stay") {
  Sequential model({Input{.shape = {4}}, Dense{.units = 5}, Dense{.units = 2}});
  const auto first = model.get_layer(0).get_weights();
  model.pop();
  CHECK(model.output_shape() == Shape{None, 5});
  model.add(Dense{.units = 7});
  CHECK(model.get_layer(0).get_weights() == first);
  CHECK(model.output_shape() == Shape{None, 7});
  CHECK(model.layers().size() == 2);
}

TEST_CASE("structure: wrong turns") {
  Sequential model({Input{.shape = {4}}, Dense{.units = 5, .name = "a"}});
  CHECK_THROWS_WITH(model.add(Dense{.units = 2, .name = "a"}), ContainsSubstring("should have unique names"));
  CHECK_THROWS_WITH(model.add(Input{.shape = {4}}), ContainsSubstring("already been configured"));
  CHECK_THROWS_AS(model.add(Conv2D{.filters = 2, .kernel_size = 3}), ShapeError);
  CHECK(model.layers().size() == 1);  // what did not fit is not there
  CHECK(model.count_params() == 25);
  CHECK_THROWS_WITH(model.get_layer("b"), ContainsSubstring("No such layer: b"));
  CHECK_THROWS_AS(model.get_layer(7), ArgumentError);
  CHECK_THROWS_WITH(Sequential().build({None, 4}), ContainsSubstring("no layers"));
  CHECK_THROWS_AS(model.set_weights({}), ShapeError);
  CHECK_THROWS_WITH(model.get_layer(0).set_weights({xt::zeros<float>({4, 5}), xt::zeros<float>({6})}),
                    ContainsSubstring("not compatible with provided weight shape"));
}

TEST_CASE("fit: wrong turns are refused before anything is trained") {
  const Points points = make_points(20);
  Sequential model = make_classifier();
  const auto before = model.get_weights();
  const auto refuse = [&](const FitOptions& options, const std::string& words) {
    FitOptions quiet = options;
    quiet.verbose = 0;
    CHECK_THROWS_WITH(model.fit(points.x, points.y, quiet), ContainsSubstring(words));
  };
  refuse({.batch_size = 0}, "batch_size=0");
  refuse({.epochs = 0}, "epochs=0");
  refuse({.validation_split = 1.0}, "validation_split=1");
  refuse({.validation_split = -0.1}, "validation_split=-0.1");
  refuse({.validation_split = 0.999}, "not sufficient to split it");
  refuse({.validation_freq = 0}, "validation_freq=0.");
  refuse({.validation_freq = std::vector<int>{2, 0}}, "counted from 1. Received validation_freq=0 in the list.");
  refuse({.initial_epoch = -1}, "Expected `initial_epoch` to be at least 0. Received initial_epoch=-1.");
  refuse({.steps_per_epoch = 0}, "steps_per_epoch=0");
  refuse({.validation_steps = 0}, "validation_steps=0");
  refuse({.validation_batch_size = -2}, "validation_batch_size=-2");
  refuse({.class_weight = {{1, std::nan("")}}}, "Expected finite numbers in class_weight. Received nan for class 1.");
  std::vector<float> weights(20, 1.0F);
  refuse({.class_weight = {{1, 2.0}}, .sample_weight = weights},
         "You cannot `class_weight` and `sample_weight` at the same time.");
  weights[3] = std::numeric_limits<float>::infinity();
  refuse({.sample_weight = weights}, "Expected finite numbers in sample_weight. Received infinity at sample 3");
  CHECK_THROWS_WITH(model.fit(points.x, std::vector<int>(19, 0)), ContainsSubstring("Data cardinality is ambiguous"));
  CHECK_THROWS_WITH(model.fit(points.x, std::vector<int>(20, 3)), ContainsSubstring("label 3 at sample 0"));
  Tensor poisoned = points.x;
  poisoned(7, 1) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(model.fit(poisoned, points.y), ContainsSubstring("NaN at sample 7"));
  const Tensor wide = xt::zeros<float>({20, 3});
  CHECK_THROWS_WITH(model.fit(wide, points.y), ContainsSubstring("expected shape (None, 2), found shape (20, 3)"));
  CHECK_THROWS_AS(model.fit(ArrayView(), points.y), ArgumentError);
  CHECK_THROWS_AS(model.predict(Tensor::from_shape({0, 2})), ArgumentError);
  CHECK(model.get_weights() == before);
  CHECK(model.iterations() == 0);

  Sequential uncompiled({Input{.shape = {2}}, Dense{.units = 3}});
  CHECK_THROWS_WITH(uncompiled.fit(points.x, points.y),
                    ContainsSubstring("You must call `compile()` before using the model."));
  CHECK_THROWS_AS(uncompiled.learning_rate(), StateError);
  CHECK_THROWS_AS(Verbose(3), ArgumentError);
  CHECK_THROWS_AS(Verbose("loud"), ArgumentError);
}

TEST_CASE("train_on_batch reports the numbers from before its update") {
  const Points points = make_points(12);
  Sequential model({Input{.shape = {2}}, Dense{.units = 3, .activation = "softmax"}});
  model.compile(
      {.optimizer = SGD{.learning_rate = 0.5}, .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  const Logs test = model.test_on_batch(points.x, points.y);
  const Logs train = model.train_on_batch(points.x, points.y);
  CHECK(train["loss"] == Approx(test["loss"]).epsilon(1e-6));
  CHECK(model.test_on_batch(points.x, points.y)["loss"] < test["loss"]);
  CHECK(model.predict_on_batch(points.x).shape()[0] == 12);
}

TEST_CASE("class weights are sample weights") {
  const Points points = make_points(12);
  Sequential model = make_classifier();
  std::vector<float> weights;
  for (const int label : points.y) weights.push_back(label == 2 ? 3.0F : 1.0F);
  const Logs by_class = model.test_on_batch(points.x, points.y, {.class_weight = {{2, 3.0}}});
  const Logs by_sample = model.test_on_batch(points.x, points.y, {.sample_weight = weights});
  CHECK(by_class["loss"] == by_sample["loss"]);
  CHECK(by_class["loss"] != model.test_on_batch(points.x, points.y)["loss"]);
}

TEST_CASE("regularizers are part of the reported loss, but not of a frozen layer") {
  const Points points = make_points(12);
  Sequential model(
      {Input{.shape = {2}}, Dense{.units = 3, .activation = "softmax", .kernel_regularizer = L2{.l2 = 0.5}}});
  model.compile({.optimizer = SGD{}, .loss = "sparse_categorical_crossentropy"});
  const Tensor kernel = model.get_weights()[0];
  double penalty = 0;
  for (const float w : kernel) penalty += 0.5 * w * w;
  const double with = model.evaluate(points.x, points.y, {.verbose = 0})["loss"];
  model.get_layer(0).set_trainable(false);
  const double without = model.evaluate(points.x, points.y, {.verbose = 0})["loss"];
  CHECK(with - without == Approx(penalty).epsilon(1e-5));
}

TEST_CASE("the learning rate can be read and set") {
  Sequential model = make_classifier();
  CHECK(model.learning_rate() == Approx(0.02));
  model.set_learning_rate(0.5);
  CHECK(model.learning_rate() == Approx(0.5));
}

TEST_CASE("images as unsigned bytes, without their channel dimension") {
  Sequential model({Input{.shape = {4, 4, 1}}, Rescaling{.scale = 1.0 / 255}, Flatten{}, Dense{.units = 2}});
  const std::vector<std::uint8_t> pixels(3 * 16, 255);
  const std::vector<float> ones(3 * 16, 255.0F);
  const Tensor bytes = model.predict(ArrayView(std::span(pixels), {3, 4, 4}), {.verbose = 0});
  const Tensor floats = model.predict(ArrayView(std::span(ones), {3, 4, 4, 1}), {.verbose = 0});
  CHECK(bytes == floats);
}

TEST_CASE("training can go on in another thread") {
  const Points points = make_points(60);
  Sequential model = make_classifier();
  std::thread worker([&] { model.fit(points.x, points.y, {.epochs = 2, .verbose = 0}); });
  worker.join();
  CHECK(model.iterations() == 4);
}
