// Metrics by name, and their configurations.
#include "sumi/metrics.hpp"

#include <algorithm>
#include <cctype>

#include "core/registry.hpp"

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

void fields(SparseCategoricalAccuracy& value, Fields& f) { f("name", value.name); }
void fields(CategoricalAccuracy& value, Fields& f) { f("name", value.name); }
void fields(BinaryAccuracy& value, Fields& f) {
  f("name", value.name);
  f("threshold", value.threshold);
}
void fields(MeanSquaredError& value, Fields& f) { f("name", value.name); }
void fields(MeanAbsoluteError& value, Fields& f) { f("name", value.name); }

}  // namespace metrics

namespace {

Registry<Metric>& registry() {
  static Registry<Metric> all("metric", {{metrics::SparseCategoricalAccuracy{}},
                                         {metrics::CategoricalAccuracy{}},
                                         {metrics::BinaryAccuracy{}},
                                         {metrics::MeanSquaredError{}, {"mse", "MSE"}},
                                         {metrics::MeanAbsoluteError{}, {"mae", "MAE"}},
                                         {metrics::AccuracyByShape{}, {"acc"}}});
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

bool Metric::is_built_in(std::string_view class_name) { return registry().is_built_in(class_name); }

void register_metric(std::string class_name, Metric default_value) {
  registry().add(std::move(class_name), std::move(default_value));
}

}  // namespace sumi
