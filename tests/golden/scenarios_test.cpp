// What Keras's own tests show in scenarios that golden-cases.json tells only in words: scenarios.cpp says which test
// stands for which of them.
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "sumi/layers.hpp"
#include "sumi/sequential.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using sumi::test::error_text;

namespace sumi::golden {

/// y = x + used; the loss doesn't depend on `unused`.
struct TwoWeights {
  static constexpr const char* class_name = "TwoWeights";
  std::string name = "two_weights";
  bool trainable = true;
};
Shape output_shape(const TwoWeights&, const Shape& input) { return input; }
void lower(const TwoWeights&, Lowering& ops) {
  const Shape shape = {ops.shape(ops.input()).back()};
  ops.weight("unused", shape, {.initializer = Constant{.value = 3.0}});
  ops.output(ops.add_bias(ops.input(), ops.weight("used", shape, {.initializer = Constant{.value = 3.0}})));
}
void fields(TwoWeights& layer, Fields& f) {
  f("name", layer.name);
  f("trainable", layer.trainable);
}

namespace {

/// The names in the logs of the last call of each hook.
class KeyRecorder : public Callback {
 public:
  std::map<std::string, std::vector<std::string>> keys;

  void on_train_begin(const Logs& logs) override { record("on_train_begin", logs); }
  void on_train_end(const Logs& logs) override { record("on_train_end", logs); }
  void on_epoch_begin(int, const Logs& logs) override { record("on_epoch_begin", logs); }
  void on_epoch_end(int, Logs& logs) override { record("on_epoch_end", logs); }
  void on_train_batch_begin(std::int64_t, const Logs& logs) override { record("on_train_batch_begin", logs); }
  void on_train_batch_end(std::int64_t, const Logs& logs) override { record("on_train_batch_end", logs); }
  void on_test_begin(const Logs& logs) override { record("on_test_begin", logs); }
  void on_test_end(const Logs& logs) override { record("on_test_end", logs); }
  void on_test_batch_begin(std::int64_t, const Logs& logs) override { record("on_test_batch_begin", logs); }
  void on_test_batch_end(std::int64_t, const Logs& logs) override { record("on_test_batch_end", logs); }
  void on_predict_begin(const Logs& logs) override { record("on_predict_begin", logs); }
  void on_predict_end(const Logs& logs) override { record("on_predict_end", logs); }
  void on_predict_batch_begin(std::int64_t, const Logs& logs) override { record("on_predict_batch_begin", logs); }
  void on_predict_batch_end(std::int64_t, const Logs& logs) override { record("on_predict_batch_end", logs); }

 private:
  void record(const std::string& hook, const Logs& logs) {
    std::vector<std::string>& names = keys[hook];
    names.clear();
    for (const auto& [name, value] : logs) names.push_back(name);
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace
}  // namespace sumi::golden

using namespace sumi::golden;

TEST_CASE("Which numbers each hook of a callback gets") {
  const Tensor x = xt::ones<float>({8, 4}), y = xt::zeros<float>({8, 3});
  Sequential model({Dense{.units = 3}});
  model.compile({.optimizer = SGD{}, .loss = "mse", .metrics = {"mean_absolute_error"}});
  auto recorder = std::make_shared<KeyRecorder>();
  model.fit(x, y,
            {.batch_size = 4,
             .epochs = 2,
             .verbose = 0,
             .callbacks = {recorder},
             .validation_data = ValidationData{.x = x, .y = y}});
  using Names = std::vector<std::string>;
  const Names none = {}, running = {"loss", "mean_absolute_error"},
              all = {"loss", "mean_absolute_error", "val_loss", "val_mean_absolute_error"};
  auto& keys = recorder->keys;
  CHECK(keys.at("on_train_begin") == none);
  CHECK(keys.at("on_epoch_begin") == none);
  CHECK(keys.at("on_train_batch_begin") == none);
  CHECK(keys.at("on_train_batch_end") == running);
  CHECK(keys.at("on_test_begin") == none);
  CHECK(keys.at("on_test_batch_begin") == none);
  CHECK(keys.at("on_test_batch_end") == running);
  CHECK(keys.at("on_test_end") == running);
  CHECK(keys.at("on_epoch_end") == all);
  CHECK(keys.at("on_train_end") == all);
  CHECK_FALSE(keys.contains("on_predict_begin"));
  keys.clear();
  model.predict(x, {.verbose = 0, .callbacks = {recorder}});
  // Keras also hands a batch's outputs over under the name "outputs"; sumi's logs are numbers.
  for (const char* hook : {"on_predict_begin", "on_predict_batch_begin", "on_predict_batch_end", "on_predict_end"}) {
    INFO(hook);
    CHECK(keys.at(hook) == none);
  }
  CHECK(keys.size() == 4);
}

TEST_CASE("A weight without a gradient stays as it is, with a warning") {
  const Tensor x = xt::zeros<float>({1, 2}), y = xt::zeros<float>({1, 2});
  Sequential model({TwoWeights{}});
  // The mean over two outputs of (3 - 0)^2 has the gradient 3 for each of them. What has none does not decay either.
  model.compile({.optimizer = SGD{.learning_rate = 1.0, .weight_decay = 0.5}, .loss = "mse"});
  std::ostringstream warnings;
  std::streambuf* const before = std::cerr.rdbuf(warnings.rdbuf());
  for (int step = 0; step < 2; ++step) model.train_on_batch(x, y);
  std::cerr.rdbuf(before);
  CHECK(warnings.str() ==
        "sumi: warning: Gradients do not exist for variables ['two_weights/unused'] when minimizing the loss: they "
        "stay as they are.\n");
  const std::vector<Tensor> weights = model.get_weights();
  REQUIRE(weights.size() == 2);
  CHECK(weights[0] == Tensor({3.0F, 3.0F}));
  // 3 - 1.5 - 3 = -1.5; -1.5 + 0.75 + 1.5 = 0.75
  CHECK(weights[1] == Tensor({0.75F, 0.75F}));
}

TEST_CASE("The summary of a model that isn't compiled has no optimizer") {
  Sequential model({Input{.shape = {2}}, Dense{.units = 3}});
  const std::string text = model.summary_text();
  for (const char* line : {"Total params: 9", "Trainable params: 9", "Non-trainable params: 0"}) {
    INFO(text);
    CHECK(contains(text, line));
  }
  CHECK_FALSE(contains(text, "Optimizer params"));
}

TEST_CASE("Two layers of the same name are refused") {
  Sequential model({Dense{.units = 2, .name = "dense"}});
  CHECK(contains(error_text<ArgumentError>([&] { model.add(Dense{.units = 2, .name = "dense"}); }),
                 "should have unique names"));
  CHECK(model.layers().size() == 1);
}

TEST_CASE("A model without layers can't be called") {
  Sequential model;
  const Tensor x = xt::ones<float>({3, 2});
  CHECK(contains(error_text<ArgumentError>([&] { model.predict(x, {.verbose = 0}); }), "no layers"));
}

TEST_CASE("A model with an Input is not built for another shape") {
  Sequential model({Input{.shape = {2}, .batch_size = 3}, Dense{.units = 2}});
  CHECK(contains(error_text<ArgumentError>([&] { model.build({3, 4}); }), "already been configured"));
  model.build({3, 2});
  CHECK(model.output_shape() == Shape{3, 2});
}
