// Losses and metrics in compile, fit and evaluate: strings that the data's shapes decide, names, functions, penalties.
#include <cmath>
#include <iostream>
#include <limits>
#include <sstream>

#include "saving/json_fields.hpp"
#include "sumi/layers.hpp"
#include "sumi/sequential.hpp"
#include "sumi/session.hpp"
#include "support/catch.hpp"

using namespace sumi;
using Names = std::vector<std::string>;

namespace {

const Tensor x = {{1.0F, 2.0F}, {-1.0F, 0.5F}, {0.0F, -2.0F}, {3.0F, 1.0F}};

Sequential make_model(int units, const char* activation) {
  return Sequential({Input{.shape = {2}},
                     Dense{.units = units, .activation = activation, .kernel_initializer = Constant{.value = 0.25}}});
}

/// Losses of evaluate with the string and with the loss that it should mean.
template <class Y>
void require_same(const Loss& meant, int units, const char* activation, const Y& y) {
  Sequential by_shape = make_model(units, activation), explicitly = make_model(units, activation);
  by_shape.compile({.optimizer = SGD{}, .loss = "crossentropy", .metrics = {"accuracy"}});
  explicitly.compile({.optimizer = SGD{}, .loss = meant, .metrics = {"accuracy"}});
  for (Sequential* model : {&by_shape, &explicitly}) model->fit(x, y, {.epochs = 2, .verbose = 0});
  CHECK(by_shape.evaluate(x, y, {.verbose = 0})["loss"] == explicitly.evaluate(x, y, {.verbose = 0})["loss"]);
}

Names names_of(const Logs& logs) {
  Names names;
  for (const auto& [name, value] : logs) names.push_back(name);
  return names;
}

/// What is written on standard error while it lives.
class Captured {
 public:
  Captured() : before_(std::cerr.rdbuf(text_.rdbuf())) {}
  ~Captured() { std::cerr.rdbuf(before_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* before_;
};

}  // namespace

TEST_CASE("crossentropy is binary, sparse or categorical as the data are") {
  require_same(BinaryCrossentropy{}, 1, "sigmoid", std::vector<int>{0, 1, 1, 0});
  require_same(SparseCategoricalCrossentropy{}, 3, "softmax", std::vector<int>{0, 2, 1, 0});
  require_same(CategoricalCrossentropy{}, 2, "softmax", Tensor{{1, 0}, {0, 1}, {0, 1}, {1, 0}});
}

TEST_CASE("metrics have the names of their strings, their own, or automatic ones") {
  clear_session();
  const Tensor y = {{1, 0}, {0, 1}, {0, 1}, {1, 0}};
  Sequential model = make_model(2, "softmax");
  model.compile({.optimizer = SGD{},
                 .loss = "bce",
                 .metrics = {metrics::AUC{}, metrics::AUC{.curve = "PR"}, "AUC", metrics::F1Score{.average = "macro"},
                             "mse", "mse"},
                 .weighted_metrics = {"mse", metrics::Precision{}}});
  const Logs logs = model.evaluate(x, y, {.verbose = 0});
  CHECK(names_of(logs) ==
        Names{"loss", "auc", "auc_1", "AUC", "f1_score", "mse", "mse_1", "weighted_mse", "precision"});
  // As in Keras, the next object of a class has the next name.
  Sequential other = make_model(2, "softmax");
  other.compile({.optimizer = SGD{}, .loss = "bce", .metrics = {metrics::AUC{}}});
  CHECK(names_of(other.evaluate(x, y, {.verbose = 0})) == Names{"loss", "auc_2"});
}

TEST_CASE("functions are losses and metrics of a model") {
  const Tensor y = {{1, 0}, {0, 1}, {0, 1}, {1, 0}};
  const LossFunction doubled{"doubled", [](Lowering& ops, Value y_true, Value y_pred) {
                               const Value squares =
                                   ops.pointwise_loss(PointwiseLossKind::squared_error, y_true, y_pred);
                               return ops.add(squares, squares);
                             }};
  const metrics::MeanMetricWrapper first{
      "first", [](std::span<const float>, std::span<const float> y_pred) { return double{y_pred[0]}; }};
  Sequential model = make_model(2, "linear");
  model.compile({.optimizer = SGD{}, .loss = doubled, .metrics = {"mse", first}});
  const Logs logs = model.evaluate(x, y, {.verbose = 0});
  CHECK(logs["loss"] == Approx(2.0 * logs["mse"]).epsilon(1e-6));
  // The mean of 0.25 (a + b) over the rows (a, b) of x.
  CHECK(logs["first"] == Approx(0.25 * 4.5 / 4).epsilon(1e-6));
}

TEST_CASE("penalties of weights and activities are in the loss of training and of evaluation, as in Keras") {
  const Tensor y = xt::zeros<float>({4, 2});
  Sequential model({Input{.shape = {2}}, Dense{.units = 2,
                                               .kernel_initializer = Constant{.value = 0.5},
                                               .kernel_regularizer = L2{.l2 = 0.5},
                                               .activity_regularizer = L1{.l1 = 0.1}}});
  model.compile({.optimizer = SGD{.learning_rate = 0.0}, .loss = "mse", .metrics = {"mse"}});
  // Outputs are (1.5, -0.25, -1, 2), twice; four weights of 0.5; the activities' penalty is divided by the batch size.
  const double squares = (2.25 + 0.0625 + 1 + 4) / 4, weights = 0.5 * 4 * 0.25, activities = 0.1 * 2 * 4.75 / 4;
  const History history = model.fit(x, y, {.batch_size = 4, .verbose = 0, .validation_data = ValidationData{x, y}});
  const Logs logs = model.evaluate(x, y, {.batch_size = 4, .verbose = 0});
  for (const double loss : {history["loss"][0], history["val_loss"][0], logs["loss"]}) {
    CHECK(loss == Approx(squares + weights + activities).epsilon(1e-6));
  }
  CHECK(logs["mse"] == Approx(squares).epsilon(1e-6));
}

TEST_CASE("a loss that is no number is said, once") {
  Sequential model = make_model(1, "linear");
  model.compile({.optimizer = SGD{.learning_rate = 1e30}, .loss = "mse"});
  const std::vector<float> y = {1, 2, 3, 4};
  const Captured captured;
  model.fit(x, y, {.batch_size = 2, .epochs = 3, .verbose = 0, .shuffle = false});
  CHECK(captured.text().starts_with("sumi: warning: The loss of batch 2 in epoch 1 is infinite."));
  CHECK(captured.text().find("warning", 20) == std::string::npos);
  const std::size_t before = captured.text().size();
  Sequential fine = make_model(1, "linear");
  fine.compile({.optimizer = SGD{}, .loss = "mse"});
  fine.fit(x, y, {.verbose = 0});
  CHECK(captured.text().size() == before);
}
