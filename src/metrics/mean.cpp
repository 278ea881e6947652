// Sums and means of values, and of what the user's function says of samples.
#include "sumi/metrics/mean.hpp"

#include "metrics/mean_over_samples.hpp"
#include "sumi/error.hpp"

namespace sumi::metrics {

void fields(Mean& value, Fields& f) { f("name", value.name); }
void fields(Sum& value, Fields& f) { f("name", value.name); }
void fields(MeanMetricWrapper& value, Fields& f) { f("name", value.name); }

void update(const Mean& metric, const MetricBatch& batch, std::span<double> state) {
  add_samples(batch, of_predictions(metric.class_name, batch), state,
              [&](std::size_t i) { return double{batch.y_pred[i]}; });
}

void update(const Sum& metric, const MetricBatch& batch, std::span<double> state) {
  const Extent extent = of_predictions(metric.class_name, batch);
  const SampleWeights weights(batch, extent);
  for (std::size_t i = 0; i < extent.count(); ++i) state[0] += weights[i] * double{batch.y_pred[i]};
}

void update(const MeanMetricWrapper& metric, const MetricBatch& batch, std::span<double> state) {
  const std::size_t samples = of_predictions(metric.class_name, batch).samples;
  const std::size_t truths = batch.y_true.size() / samples, predictions = batch.y_pred.size() / samples;
  add_samples(batch, {samples, 1, predictions, 1}, state, [&](std::size_t n) {
    return metric.function(batch.y_true.subspan(n * truths, truths),
                           batch.y_pred.subspan(n * predictions, predictions));
  });
}

void validate(const MeanMetricWrapper& value) {
  if (value.name.empty()) throw ArgumentError("Expected a name of the metric function. Received: name=''");
  if (!value.function) throw ArgumentError("Expected a function of the metric '" + value.name + "'. Received: none.");
}

}  // namespace sumi::metrics
