// Metrics on small data, as Keras 3.15 on TensorFlow gave them, without weights and with weights 2 and 0.5.
#include <algorithm>

#include "saving/json_fields.hpp"
#include "sumi/metrics.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using namespace sumi::metrics;
using sumi::test::error_text;
using Floats = std::vector<float>;

namespace {

const Floats labels = {0, 1, 1, 1, 0, 0}, probabilities = {0.2F, 0.9F, 0.4F, 0.6F, 0.3F, 0.55F};
const Floats logits = {-1.5F, 2, 0.5F, 1, -0.25F, 3};
const Floats numbers = {1, 9, 2, -5, -2, 6}, guesses = {4, 8, 12, 8, 1, 3};

double value(const Metric& metric, const Floats& y_true, const Floats& y_pred, const Floats& weights = {}) {
  const Shape pred_shape = {2, static_cast<std::int64_t>(y_pred.size() / 2)};
  const Shape true_shape = y_true.size() == 2 ? Shape{2} : pred_shape;
  std::vector<double> state(metric->state_doubles(pred_shape));
  metric->update_state({y_true, y_pred, true_shape, pred_shape, weights}, state);
  return metric->result_of(state);
}

/// Keras sums a few float numbers: some ten roundings.
void require_values(const Metric& metric, const Floats& y_true, const Floats& y_pred, double plain, double weighted) {
  INFO(saving::to_text(metric));
  CHECK(value(metric, y_true, y_pred) == Approx(plain).margin(1e-6).epsilon(1e-6));
  CHECK(value(metric, y_true, y_pred, {2.0F, 0.5F}) == Approx(weighted).margin(1e-6).epsilon(1e-6));
}

}  // namespace

TEST_CASE("metrics of numbers and margins are Keras's") {
  require_values(MeanSquaredError{}, numbers, guesses, 49.5, 41.7999992);
  require_values(RootMeanSquaredError{}, numbers, guesses, 7.03562355, 6.46529198);
  require_values(MeanAbsolutePercentageError{}, numbers, guesses, 211.851837, 246.962967);
  require_values(MeanSquaredLogarithmicError{}, numbers, guesses, 1.43704212, 1.17498362);
  require_values(LogCoshError{}, numbers, guesses, 4.82924509, 4.34169054);
  require_values(CosineSimilarity{}, numbers, guesses, 0.187219054, 0.507180393);
  require_values(Hinge{}, labels, logits, 0.875, 0.449999988);
  require_values(SquaredHinge{}, labels, logits, 2.80208349, 1.17083335);
  require_values(CategoricalHinge{}, labels, logits, 1.5, 0.600000024);
}

TEST_CASE("metrics of probabilities are Keras's") {
  require_values(KLDivergence{}, labels, probabilities, 0.766236186, 0.919484317);
  require_values(Poisson{}, labels, probabilities, 0.747079372, 0.803161919);
  require_values(BinaryCrossentropy{.label_smoothing = 0.2}, labels, probabilities, 0.555636287, 0.534774482);
  require_values(BinaryCrossentropy{.from_logits = true}, labels, logits, 0.790034473, 0.476497471);
  require_values(CategoricalCrossentropy{.label_smoothing = 0.1}, labels, probabilities, 1.34298372, 1.60373724);
  require_values(SparseCategoricalCrossentropy{}, {1, 0}, probabilities, 0.696607411, 0.585138381);
  // What is ignored costs nothing, but is left out of the mean only where there are weights: so it is in Keras.
  require_values(SparseCategoricalCrossentropy{.ignore_class = 1}, {1, 0}, probabilities, 0.441194564, 0.882389128);
}

TEST_CASE("accuracies are Keras's") {
  require_values(TopKCategoricalAccuracy{.k = 2}, labels, probabilities, 1, 1);
  require_values(CategoricalAccuracy{}, labels, probabilities, 1, 1);
  require_values(BinaryAccuracy{}, labels, probabilities, 2.0 / 3, 2.0 / 3);
  require_values(Accuracy{}, labels, probabilities, 0, 0);
  require_values(Accuracy{}, labels, {0, 1, 0, 0, 0, 1}, 0.5, 0.6);
  require_values(SparseTopKCategoricalAccuracy{.k = 2}, {2, 1}, probabilities, 0.5, 0.8);
  const Floats ids = {0, 2, 1, 0, 2, 1};
  require_values(SparseTopKCategoricalAccuracy{.k = 2, .from_sorted_ids = true}, {2, 1}, ids, 0.5, 0.8);
  // Ties count as hits.
  REQUIRE(value(SparseTopKCategoricalAccuracy{.k = 1}, {2, 0}, {1, 5, 5, 5, 5, 5}) == 1.0);
}

TEST_CASE("counts at thresholds are Keras's") {
  const auto require = [](const Metric& metric, double plain, double weighted) {
    require_values(metric, labels, probabilities, plain, weighted);
  };
  require(TruePositives{}, 2, 2.5);
  require(TrueNegatives{}, 2, 2.5);
  require(FalsePositives{.thresholds = 0.25}, 2, 1);
  require(FalseNegatives{}, 1, 2);
  require(Precision{}, 0.666666687, 0.833333313);
  require(Precision{.thresholds = 0.35}, 0.75, 0.899999976);
  require(Precision{.top_k = 2}, 0.75, 0.899999976);
  require(Precision{.class_id = 2}, 0, 0);
  require(Recall{}, 0.666666687, 0.555555582);
  require(Recall{.top_k = 1}, 0.666666687, 0.555555582);
  require(Recall{.thresholds = 0.1, .class_id = 1}, 1, 1);
  require(SensitivityAtSpecificity{.specificity = 0.5}, 1, 1);
  require(SensitivityAtSpecificity{.specificity = 0.5, .num_thresholds = 1}, 0.666666687, 0.555555582);
  require(SpecificityAtSensitivity{.sensitivity = 0.5}, 1, 1);
  require(PrecisionAtRecall{.recall = 0.6}, 1, 0.899999976);
  require(RecallAtPrecision{.precision = 0.6}, 1, 1);
  require(F1Score{.average = "micro"}, 0.799999952, 0.714285672);
  require(F1Score{.average = "macro"}, 0.666666567, 0.666666567);
  require(F1Score{.average = "weighted"}, 0.666666567, 0.555555522);
  require(FBetaScore{.average = "micro", .beta = 2.0, .threshold = 0.35}, 0.9375, 0.978260875);
  require(FBetaScore{.average = "macro", .beta = 2.0, .threshold = 0.35}, 0.944444358, 0.984126866);
  require(FBetaScore{.average = "weighted", .beta = 2.0, .threshold = 0.35}, 0.944444358, 0.97883594);
}

TEST_CASE("areas under curves are Keras's") {
  const auto require = [](const AUC& metric, double plain, double weighted, const Floats& y_pred = probabilities) {
    require_values(metric, labels, y_pred, plain, weighted);
  };
  require({}, 0.888888836, 0.92592591);
  require({.summation_method = "minoring"}, 0.888888836, 0.92592591);
  require({.summation_method = "majoring"}, 0.888888836, 0.92592591);
  require({.curve = "PR"}, 0.904106021, 0.943241596);
  require({.curve = "PR", .summation_method = "minoring"}, 0.555555582, 0.481481463);
  require({.curve = "PR", .summation_method = "majoring"}, 0.916666627, 0.955555558);
  require({.curve = "PRGAIN"}, 0.791666627, 0.766666651);
  require({.curve = "PRGAIN", .summation_method = "minoring"}, 0.75, 0.699999988);
  require({.curve = "PRGAIN", .summation_method = "majoring"}, 0.833333313, 0.833333313);
  require({.num_thresholds = 5}, 0.777777791, 0.879629552);
  require({.thresholds = {{0.5, 0.25}}}, 0.722222209, 0.842592537);
  require({.from_logits = true}, 0.666666627, 0.833333313, logits);
  require({.multi_label = true}, 0.666666687, 0.666666687);
  require({.curve = "PR", .multi_label = true, .label_weights = {{0.2, 0.3, 0.5}}}, 0.653426409, 0.798820257);
  require({.label_weights = {{0.2, 0.3, 0.5}}}, 0.75, 0.816176474);
}

TEST_CASE("a function of a sample is a metric, under its name") {
  const MeanMetricWrapper largest{"largest", [](std::span<const float>, std::span<const float> y_pred) {
                                    return double{*std::max_element(y_pred.begin(), y_pred.end())};
                                  }};
  require_values(largest, labels, probabilities, 0.75, 0.84);
  REQUIRE(Metric(largest).identifier() == "largest");
  REQUIRE(Metric(largest)->direction() == Direction::none);
  REQUIRE_THROWS_AS(Metric(MeanMetricWrapper{"", largest.function}), ArgumentError);
  REQUIRE(error_text<ArgumentError>([] {
            Metric(MeanMetricWrapper{"nothing", nullptr});
          }) == "Expected a function of the metric 'nothing'. Received: none.");
}

TEST_CASE("metrics have Keras's keys in Keras's order, read back, and get Keras's names") {
  const std::vector<std::pair<Metric, const char*>> cases = {
      {AUC{.thresholds = {{0.5}}},
       R"({"name":"","dtype":"float32","num_thresholds":200,"curve":"ROC","summation_method":"interpolation",)"
       R"("multi_label":false,"num_labels":null,"label_weights":null,"from_logits":false,"thresholds":[0.5]})"},
      {Precision{}, R"({"name":"","dtype":"float32","thresholds":null,"top_k":null,"class_id":null})"},
      {F1Score{}, R"({"name":"f1_score","dtype":"float32","average":null,"threshold":null})"},
      {FBetaScore{}, R"({"name":"fbeta_score","dtype":"float32","average":null,"beta":1.0,"threshold":null})"},
      {SensitivityAtSpecificity{.specificity = 0.5},
       R"({"name":"","dtype":"float32","class_id":null,"num_thresholds":200,"specificity":0.5})"},
      {FalsePositives{}, R"({"name":"","dtype":"float32","thresholds":null})"},
      {BinaryCrossentropy{},
       R"({"name":"binary_crossentropy","dtype":"float32","from_logits":false,"label_smoothing":0.0})"},
      {SparseCategoricalCrossentropy{},
       R"({"name":"sparse_categorical_crossentropy","dtype":"float32","from_logits":false,"ignore_class":null,)"
       R"("axis":-1})"},
      {TopKCategoricalAccuracy{}, R"({"name":"top_k_categorical_accuracy","dtype":"float32","k":5})"},
      {Accuracy{}, R"({"name":"accuracy","dtype":"float32"})"},
  };
  for (const auto& [metric, config] : cases) {
    CHECK(saving::to_config(metric).dump() == config);
    Metric read = "mse";
    saving::read_object(read, saving::to_object(metric));
    CHECK(saving::equal(read, metric));
  }
  for (const char* name : {"auc",
                           "AUC",
                           "f1_score",
                           "F1Score",
                           "f_beta_score",
                           "precision",
                           "Recall",
                           "log_cosh_error",
                           "kl_divergence",
                           "bce",
                           "BCE",
                           "mape",
                           "MAPE",
                           "msle",
                           "MSLE",
                           "poisson",
                           "hinge",
                           "squared_hinge",
                           "categorical_hinge",
                           "cosine_similarity",
                           "root_mean_squared_error",
                           "sparse_top_k_categorical_accuracy",
                           "true_positives",
                           "binary_crossentropy",
                           "sensitivity_at_specificity"}) {
    CHECK(Metric(name).name() == name);
  }
}

TEST_CASE("a metric's arguments have their ranges") {
  const auto text = [](const auto& make) { return error_text<ArgumentError>(make); };
  CHECK(text([] { Metric(AUC{.curve = "LOC"}); }) ==
        "Invalid AUC curve value: \"LOC\". Expected values are [\"PR\", \"ROC\", \"PRGAIN\"]");
  CHECK(
      text([] { Metric(AUC{.summation_method = "all"}); }).starts_with("Invalid AUC summation method value: \"all\"."));
  CHECK(text([] { Metric(AUC{.num_thresholds = 1}); }) ==
        "Argument `num_thresholds` must be an integer > 1. Received: num_thresholds=1");
  CHECK(text([] { Metric(AUC{.thresholds = {{0.5, 2.0}}}); }) == "Threshold values must be in [0, 1]. Received: [2.0]");
  CHECK(text([] { Metric(Precision{.thresholds = -0.5}); }) == "Threshold values must be in [0, 1]. Received: [-0.5]");
  CHECK(text([] { Metric(SensitivityAtSpecificity{.specificity = 1.5}); }) ==
        "Argument `specificity` must be in the range [0, 1]. Received: specificity=1.5");
  CHECK(text([] { Metric(RecallAtPrecision{.precision = 0.5, .num_thresholds = 0}); }) ==
        "Argument `num_thresholds` must be an integer > 0. Received: num_thresholds=0");
  CHECK(text([] { Metric(F1Score{.average = "mean"}); }) ==
        "Invalid `average` argument value. Expected one of: {None, 'micro', 'macro', 'weighted'}. Received: "
        "average=mean");
  CHECK(text([] { Metric(FBetaScore{.beta = 0.0}); }) ==
        "Invalid `beta` argument value. It should be > 0. Received: beta=0.0");
  CHECK(text([] { Metric(F1Score{.threshold = 0.0}); }) ==
        "Invalid `threshold` argument value. It should verify 0 < threshold <= 1. Received: threshold=0.0");
  CHECK(text([] { value(F1Score{}, labels, probabilities); }).starts_with("A metric is one number, but"));
  CHECK_THROWS_AS(Metric(Recall{.top_k = 0}), ArgumentError);
  CHECK_THROWS_AS(Metric(TopKCategoricalAccuracy{.k = 0}), ArgumentError);
  CHECK_THROWS_AS(Metric(CosineSimilarity{.axis = 1}), ArgumentError);
  CHECK_THROWS_AS(value(Precision{.class_id = 3}, labels, probabilities), ShapeError);
  CHECK_THROWS_AS(value(AUC{.label_weights = {{1.0}}}, labels, probabilities), ShapeError);
  CHECK_THROWS_AS(value(AUC{.multi_label = true, .num_labels = 2}, labels, probabilities), ShapeError);
}
