// Means of precision and recall. Their state: true positives, false positives, false negatives and true labels of each
// column.
#include "sumi/metrics/f_score.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/text.hpp"
#include "metrics/mean_over_samples.hpp"
#include "sumi/error.hpp"

namespace sumi::metrics {
namespace {

/// Keras's epsilon, which keeps denominators away from 0.
constexpr double fuzz = 1e-7;

struct Column {
  double true_positives = 0, false_positives = 0, false_negatives = 0, true_labels = 0;

  double score(double beta) const {
    const double precision = true_positives / (true_positives + false_positives + fuzz);
    const double recall = true_positives / (true_positives + false_negatives + fuzz);
    return (1 + beta * beta) * precision * recall / (beta * beta * precision + recall + fuzz);
  }
};
constexpr std::size_t column_doubles = 4;

Column column_of(std::span<const double> state, std::size_t k) {
  const double* from = state.data() + k * column_doubles;
  return {from[0], from[1], from[2], from[3]};
}

void require_scores(const MetricBatch& batch, const std::optional<std::string>& average) {
  if (batch.pred_shape.size() != 2 || batch.true_shape != batch.pred_shape) {
    throw ShapeError(
        "FBetaScore expects 2D inputs with shape (batch_size, output_dim). Received input shapes: y_pred.shape=" +
        to_string(batch.pred_shape) + " and y_true.shape=" + to_string(batch.true_shape) + ".");
  }
  if (average || batch.pred_shape.back() == 1) return;
  throw ArgumentError(
      "A metric is one number, but without an average FBetaScore has one for each column. Expected average='micro', "
      "'macro' or 'weighted'. Received: average=None, y_pred of shape " +
      to_string(batch.pred_shape) + ".");
}

}  // namespace

void fields(FBetaScore& value, Fields& f) {
  f("name", value.name);
  f("average", value.average);
  f("beta", value.beta);
  f("threshold", value.threshold);
}
void fields(F1Score& value, Fields& f) {
  f("name", value.name);
  f("average", value.average);
  f("threshold", value.threshold);
}

std::size_t state_size(const FBetaScore& /*metric*/, const Shape& y_pred) {
  return y_pred.empty() ? 0 : column_doubles * static_cast<std::size_t>(y_pred.back());
}
std::size_t state_size(const F1Score& /*metric*/, const Shape& y_pred) { return state_size(FBetaScore{}, y_pred); }

void update(const FBetaScore& metric, const MetricBatch& batch, std::span<double> state) {
  require_scores(batch, metric.average);
  const Extent extent = row_wise(metric.class_name, batch, false);
  const SampleWeights weights(batch, extent);
  for (std::size_t n = 0; n < extent.samples; ++n) {
    const float* predicted = batch.y_pred.data() + n * extent.columns;
    const float largest = *std::max_element(predicted, predicted + extent.columns);
    for (std::size_t k = 0; k < extent.columns; ++k) {
      // Without a threshold all that are as large as the largest are predicted, but no zeros.
      const bool positive = metric.threshold ? predicted[k] > static_cast<float>(*metric.threshold)
                                             : predicted[k] >= largest && std::abs(predicted[k]) > 1e-9F;
      const double truth = batch.y_true[n * extent.columns + k];
      double* column = state.data() + k * column_doubles;
      column[0] += weights[n] * (positive ? truth : 0.0);
      column[1] += weights[n] * (positive ? 1.0 - truth : 0.0);
      column[2] += weights[n] * (positive ? 0.0 : truth);
      column[3] += weights[n] * truth;
    }
  }
}
void update(const F1Score& metric, const MetricBatch& batch, std::span<double> state) {
  update(FBetaScore{.average = metric.average, .threshold = metric.threshold}, batch, state);
}

double result(const FBetaScore& metric, std::span<const double> state) {
  Column all;
  double sum = 0, weighted = 0;
  const std::size_t columns = state.size() / column_doubles;
  for (std::size_t k = 0; k < columns; ++k) {
    const Column column = column_of(state, k);
    all.true_positives += column.true_positives;
    all.false_positives += column.false_positives;
    all.false_negatives += column.false_negatives;
    all.true_labels += column.true_labels;
    sum += column.score(metric.beta);
    weighted += column.score(metric.beta) * column.true_labels;
  }
  if (columns == 0) return 0;
  if (metric.average == "micro") return all.score(metric.beta);
  return metric.average == "weighted" ? weighted / (all.true_labels + fuzz) : sum / static_cast<double>(columns);
}
double result(const F1Score& metric, std::span<const double> state) {
  return result(FBetaScore{.average = metric.average}, state);
}

void validate(const FBetaScore& value) {
  const std::vector<std::string> known = {"micro", "macro", "weighted"};
  if (value.average && std::find(known.begin(), known.end(), *value.average) == known.end()) {
    throw ArgumentError(
        "Invalid `average` argument value. Expected one of: {None, 'micro', 'macro', 'weighted'}. Received: average=" +
        *value.average);
  }
  if (!(value.beta > 0)) {
    throw ArgumentError("Invalid `beta` argument value. It should be > 0. Received: beta=" + repr(value.beta));
  }
  if (value.threshold && !(*value.threshold > 0 && *value.threshold <= 1)) {
    throw ArgumentError(
        "Invalid `threshold` argument value. It should verify 0 < threshold <= 1. Received: threshold=" +
        repr(*value.threshold));
  }
}
void validate(const F1Score& value) { validate(FBetaScore{.average = value.average, .threshold = value.threshold}); }

}  // namespace sumi::metrics
