// Metrics: values against Keras's own tests, names, shapes that don't fit.
#include "sumi/metrics.hpp"

#include <algorithm>

#include "saving/json_fields.hpp"
#include "support/allocation_count.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using sumi::test::error_text;
using Floats = std::vector<float>;

namespace {

struct Array {
  Shape shape;
  Floats values;
};

/// A metric and its state over several batches.
struct Running {
  explicit Running(Metric m) : metric(std::move(m)) {}
  Running& add(const Array& y_true, const Array& y_pred, const Floats& sample_weight = {}) {
    if (state.empty()) state.resize(metric->state_doubles(y_pred.shape));
    metric->update_state({y_true.values, y_pred.values, y_true.shape, y_pred.shape, sample_weight}, state);
    return *this;
  }
  double result() const { return metric->result_of(state); }

  Metric metric;
  std::vector<double> state;
};

double value(const Metric& metric, const Array& y_true, const Array& y_pred, const Floats& sample_weight = {}) {
  return Running(metric).add(y_true, y_pred, sample_weight).result();
}

const Array halves{{3, 2}, {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F}};
const Array first_guess{{3, 2}, {0.4F, 0.1F, 0.2F, 0.6F, 0.6F, 0.1F}};
const Array second_guess{{3, 2}, {0.3F, 0.2F, 0.1F, 0.4F, 0.2F, 0.3F}};

}  // namespace

TEST_CASE("sparse categorical accuracy") {
  const metrics::SparseCategoricalAccuracy metric;
  const Array y_pred{{2, 3}, {0.1F, 0.6F, 0.3F, 0.05F, 0.95F, 0.0F}};
  REQUIRE(value(metric, {{2, 1}, {2, 1}}, y_pred) == 0.5);
  REQUIRE(value(metric, {{2}, {2, 1}}, y_pred) == 0.5);
  REQUIRE(value(metric, {{2, 1}, {2, 1}}, y_pred, {0.7F, 0.3F}) == Approx(0.3));
}

TEST_CASE("categorical accuracy") {
  const metrics::CategoricalAccuracy metric;
  const Array y_pred{{2, 3}, {0.1F, 0.6F, 0.3F, 0.05F, 0.95F, 0.0F}};
  REQUIRE(value(metric, {{2, 3}, {0, 0, 1, 0, 1, 0}}, y_pred) == 0.5);
  REQUIRE(value(metric, {{2, 3}, {0, 0, 1, 0, 1, 0}}, y_pred, {0.7F, 0.3F}) == Approx(0.3));
}

TEST_CASE("of equal scores the first is the prediction") {
  REQUIRE(value(metrics::SparseCategoricalAccuracy{}, {{3}, {0, 1, 2}}, {{3, 3}, {5, 5, 5, 1, 4, 4, 1, 4, 4}}) ==
          Approx(2.0 / 3));
  REQUIRE(value(metrics::CategoricalAccuracy{}, {{1, 2}, {1, 1}}, {{1, 2}, {3, 3}}) == 1.0);
}

TEST_CASE("values of several axes are averaged within their sample") {
  // Sample 0 has both of its two entries right, sample 1 one of two.
  const Array y_true{{2, 2}, {0, 1, 1, 1}}, y_pred{{2, 2, 2}, {2, 1, 1, 2, 1, 2, 2, 1}};
  REQUIRE(value(metrics::SparseCategoricalAccuracy{}, y_true, y_pred) == 0.75);
  REQUIRE(value(metrics::SparseCategoricalAccuracy{}, y_true, y_pred, {1.0F, 3.0F}) == (1.0 + 3.0 * 0.5) / 4.0);
}

TEST_CASE("binary accuracy is strict about its threshold") {
  const Array y_true{{4, 1}, {1, 1, 0, 0}};
  const Array y_pred{{4, 1}, {0.98F, 0.5F, 0.1F, 0.2F}};
  REQUIRE(value(metrics::BinaryAccuracy{}, y_true, y_pred) == 0.75);
  REQUIRE(value(metrics::BinaryAccuracy{.threshold = 0.3}, y_true, y_pred) == 1.0);
  REQUIRE(value(metrics::BinaryAccuracy{.threshold = 0.9}, {{4}, y_true.values}, y_pred) == 0.75);
  REQUIRE(value(metrics::BinaryAccuracy{}, y_true, {{4, 1}, {0.98F, 1.0F, 0.0F, 0.6F}}, {1, 0, 0, 1}) == 0.5);
  REQUIRE(value(metrics::BinaryAccuracy{}, {{2, 2}, {1, 0, 1, 1}}, {{2, 2}, {0.9F, 0.1F, 0.2F, 0.8F}}) == 0.75);
}

TEST_CASE("errors are means over all batches, weighted or not") {
  Running plain(metrics::MeanSquaredError{}), weighted(metrics::MeanSquaredError{}),
      absolute(metrics::MeanAbsoluteError{});
  for (const Array& y_pred : {first_guess, second_guess}) {
    plain.add(halves, y_pred);
    weighted.add(halves, y_pred, {1, 0, 1});
    absolute.add(halves, y_pred);
  }
  // Inputs are floats: their rounding is 1e-7 of the result.
  REQUIRE(plain.result() == Approx(0.055833336).epsilon(1e-6));
  REQUIRE(weighted.result() == Approx(0.0725).epsilon(1e-6));
  REQUIRE(absolute.result() == Approx(2.3 / 12).epsilon(1e-6));
}

TEST_CASE("a mean of nothing is zero") {
  REQUIRE(metrics::result(metrics::MeanSquaredError{}, std::vector<double>{0, 0}) == 0.0);
  REQUIRE(value("accuracy", {{1}, {0}}, {{1, 2}, {1, 0}}, {0.0F}) == 0.0);
}

TEST_CASE("accuracy is chosen by the shapes of the batch") {
  for (const char* name : {"accuracy", "acc", "Accuracy", "ACC"}) {
    INFO(name);
    REQUIRE(value(name, halves, first_guess) == Approx(1.0 / 3));                                // categorical
    REQUIRE(value(name, {{2}, {1, 1}}, {{2, 2}, {0, 1, 1, 0}}) == 0.5);                          // sparse
    REQUIRE(value(name, {{2, 1}, {1, 1}}, {{2, 2}, {0, 1, 1, 0}}) == 0.5);                       // sparse
    REQUIRE(value(name, {{3, 1}, {1, 1, 0}}, {{3, 1}, {0.9F, 0.4F, 0.1F}}) == Approx(2.0 / 3));  // binary
    REQUIRE(value(name, {{3}, {1, 1, 0}}, {{3, 1}, {0.9F, 0.4F, 0.1F}}) == Approx(2.0 / 3));     // binary
    REQUIRE(Metric(name)->direction() == Direction::up);
  }
}

TEST_CASE("a metric that is named by a string keeps it, an object has its own") {
  REQUIRE(Metric("mse").name() == "mse");
  REQUIRE(Metric("Accuracy").name() == "Accuracy");
  REQUIRE(Metric(metrics::MeanSquaredError{}).name() == "mean_squared_error");
  REQUIRE(Metric(metrics::BinaryAccuracy{.name = "hits"}).name() == "hits");
  for (const char* name : {"mse", "MSE", "mean_squared_error", "MeanSquaredError"}) {
    REQUIRE(Metric(name).as<metrics::MeanSquaredError>() != nullptr);
  }
  for (const char* name : {"mae", "MAE", "mean_absolute_error", "MeanAbsoluteError"}) {
    REQUIRE(Metric(name).as<metrics::MeanAbsoluteError>() != nullptr);
  }
  REQUIRE(Metric("binary_accuracy").as<metrics::BinaryAccuracy>() != nullptr);
  REQUIRE(Metric("sparse_categorical_accuracy").as<metrics::SparseCategoricalAccuracy>() != nullptr);
  REQUIRE(Metric("CategoricalAccuracy").as<metrics::CategoricalAccuracy>() != nullptr);
  REQUIRE(error_text<ArgumentError>([] {
            Metric("precise");
          }).starts_with("Could not interpret metric identifier: precise."));
}

TEST_CASE("errors are better when smaller") {
  REQUIRE(Metric("mse")->direction() == Direction::down);
  REQUIRE(Metric("mae")->direction() == Direction::down);
  REQUIRE(Metric("binary_accuracy")->direction() == Direction::up);
}

TEST_CASE("configurations have Keras's keys") {
  REQUIRE(saving::to_config(Metric(metrics::BinaryAccuracy{.threshold = 0.25})).dump() ==
          R"({"name":"binary_accuracy","dtype":"float32","threshold":0.25})");
  REQUIRE(saving::to_config(Metric(metrics::MeanSquaredError{})).dump() ==
          R"({"name":"mean_squared_error","dtype":"float32"})");
  Metric read = "binary_accuracy";
  saving::read_config(read, {{"name", "hits"}, {"dtype", "float32"}, {"threshold", 0.75}});
  REQUIRE(read.as<metrics::BinaryAccuracy>()->threshold == 0.75);
  REQUIRE(read.as<metrics::BinaryAccuracy>()->name == "hits");
}

TEST_CASE("shapes that don't fit are refused") {
  const Array y_pred{{2, 3}, Floats(6)};
  REQUIRE(error_text<ShapeError>([&] { value(metrics::SparseCategoricalAccuracy{}, y_pred, y_pred); }) ==
          "SparseCategoricalAccuracy: expected class numbers y_true of the shape of y_pred without its last dimension, "
          "or with that 1. Received: y_true of shape (2, 3), y_pred of shape (2, 3), 0 sample weights.");
  REQUIRE_THROWS_AS(value(metrics::SparseCategoricalAccuracy{}, {{3}, Floats(3)}, y_pred), ShapeError);
  REQUIRE_THROWS_AS(value(metrics::SparseCategoricalAccuracy{}, {{2}, Floats(2)}, {{2}, Floats(2)}), ShapeError);
  REQUIRE_THROWS_AS(value(metrics::CategoricalAccuracy{}, {{2}, Floats(2)}, y_pred), ShapeError);
  REQUIRE_THROWS_AS(value(metrics::CategoricalAccuracy{}, {{2}, Floats(2)}, {{2}, Floats(2)}), ShapeError);
  REQUIRE_THROWS_AS(value(metrics::BinaryAccuracy{}, {{2, 1}, Floats(2)}, y_pred), ShapeError);
  REQUIRE_THROWS_AS(value(metrics::MeanSquaredError{}, {{2}, Floats(2)}, y_pred), ShapeError);
  REQUIRE_THROWS_AS(value(metrics::MeanSquaredError{}, {{2, 3, 1, 1}, Floats(6)}, y_pred), ShapeError);
  REQUIRE_THROWS_AS(value(metrics::MeanAbsoluteError{}, {{}, Floats(1)}, {{}, Floats(1)}), ShapeError);
  REQUIRE_THROWS_AS(value(metrics::MeanSquaredError{}, y_pred, y_pred, {1.0F}), ShapeError);
}

TEST_CASE("an update allocates nothing") {
  const Array y_true{{4}, Floats(4)}, y_pred{{4, 3}, Floats(12)}, column{{4, 1}, Floats(4)};
  for (const Metric& metric : {Metric("accuracy"), Metric("sparse_categorical_accuracy")}) {
    Running running(metric);
    running.add(y_true, y_pred);
    const std::size_t before = testing::allocation_count();
    running.add(y_true, y_pred).add(y_true, y_pred, {});
    const std::size_t after = testing::allocation_count();
    REQUIRE(after == before);
  }
  Running running("mse");
  running.add(column, column);
  const std::size_t before = testing::allocation_count();
  running.add(column, column);
  const std::size_t after = testing::allocation_count();
  REQUIRE(after == before);
}

namespace user {
/// The largest prediction so far.
struct Largest {
  static constexpr const char* class_name = "Largest";
  static constexpr Direction direction = Direction::up;
  std::string name = "largest";
};
void fields(Largest& value, Fields& f) { f("name", value.name); }
std::size_t state_size(const Largest&) { return 1; }
void update(const Largest&, const MetricBatch& batch, std::span<double> state) {
  for (const float p : batch.y_pred) state[0] = std::max(state[0], double{p});
}
double result(const Largest&, std::span<const double> state) { return state[0]; }
}  // namespace user

TEST_CASE("a user's metric can be named by strings") {
  register_metric("Largest", user::Largest{});
  REQUIRE(value("Largest", halves, first_guess) == 0.6F);
  REQUIRE_FALSE(Metric("Largest").built_in());
  REQUIRE_THROWS_AS(register_metric("MeanSquaredError", user::Largest{}), ArgumentError);
}
