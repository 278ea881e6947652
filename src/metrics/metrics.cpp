// Metrics by name, and by the shapes of the data.
#include "sumi/metrics.hpp"

#include <algorithm>
#include <cctype>

#include "core/naming.hpp"
#include "core/registry.hpp"
#include "metrics/losses.hpp"

namespace sumi {
namespace metrics {

/// What the strings "accuracy" and "acc" mean. Nobody else needs it.
struct AccuracyByShape {
  static constexpr const char* class_name = "accuracy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::up;
  std::string name = "accuracy";
};

void fields(AccuracyByShape& value, Fields& f) { f("name", value.name); }

void update(const AccuracyByShape&, const MetricBatch& batch, std::span<double> state) {
  static const BinaryAccuracy binary;
  static const SparseCategoricalAccuracy sparse;
  static const CategoricalAccuracy categorical;
  const Shape &truth = batch.true_shape, &pred = batch.pred_shape;
  if (!pred.empty() && pred.back() == 1) {
    update(binary, batch, state);
  } else if (truth.size() < pred.size() || (!truth.empty() && truth.back() == 1)) {
    update(sparse, batch, state);
  } else {
    update(categorical, batch, state);
  }
}

void check_axis(int axis) {
  if (axis == -1) return;
  throw ArgumentError("Expected the last axis, axis=-1. Received: axis=" + std::to_string(axis));
}

}  // namespace metrics

namespace {

Registry<Metric>& registry() {
  using namespace metrics;
  static Registry<Metric> all("metric", {{AUC{}},
                                         {Accuracy{}},
                                         {AccuracyByShape{}, {"acc"}},
                                         {BinaryAccuracy{}},
                                         {BinaryCrossentropy{}, {"bce", "BCE"}},
                                         {CategoricalAccuracy{}},
                                         {CategoricalCrossentropy{}},
                                         {CategoricalHinge{}},
                                         {CosineSimilarity{}},
                                         {F1Score{}},
                                         {FBetaScore{}},
                                         {FalseNegatives{}},
                                         {FalsePositives{}},
                                         {Hinge{}},
                                         {KLDivergence{}},
                                         {LogCoshError{}},
                                         {Mean{}},
                                         {MeanAbsoluteError{}, {"mae", "MAE"}},
                                         {MeanAbsolutePercentageError{}, {"mape", "MAPE"}},
                                         {MeanSquaredError{}, {"mse", "MSE"}},
                                         {MeanSquaredLogarithmicError{}, {"msle", "MSLE"}},
                                         {Poisson{}},
                                         {Precision{}},
                                         {PrecisionAtRecall{.recall = 0.5}},
                                         {Recall{}},
                                         {RecallAtPrecision{.precision = 0.5}},
                                         {RootMeanSquaredError{}},
                                         {SensitivityAtSpecificity{.specificity = 0.5}},
                                         {SparseCategoricalAccuracy{}},
                                         {SparseCategoricalCrossentropy{}},
                                         {SparseTopKCategoricalAccuracy{}},
                                         {SpecificityAtSensitivity{.sensitivity = 0.5}},
                                         {SquaredHinge{}},
                                         {Sum{}},
                                         {TopKCategoricalAccuracy{}},
                                         {TrueNegatives{}},
                                         {TruePositives{}}});
  return all;
}

}  // namespace

Metric Metric::from_identifier(std::string_view identifier) {
  std::string lower(identifier);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool by_shape = lower == "accuracy" || lower == "acc";
  Metric metric = registry().find(by_shape ? lower : identifier);
  metric.identifier_ = identifier;
  return metric;
}

void Metric::assign(std::string_view class_name) { Spec::assign(registry().find(class_name)); }

void Metric::ensure_name() {
  if (name().empty()) mutable_held().set_name(auto_name(class_name()));
}

bool Metric::is_built_in(std::string_view class_name) { return registry().is_built_in(class_name); }

void register_metric(std::string class_name, Metric default_value) {
  registry().add(std::move(class_name), std::move(default_value));
}

}  // namespace sumi
