// How often a prediction is right: by class number, by one-hot row, by threshold, among the best few.
#include "sumi/metrics/accuracy.hpp"

#include <algorithm>
#include <cmath>

#include "metrics/mean_over_samples.hpp"
#include "sumi/error.hpp"

namespace sumi::metrics {
namespace {

/// Index of the largest, the first of equals.
std::size_t argmax(const float* row, std::size_t columns) {
  return static_cast<std::size_t>(std::max_element(row, row + columns) - row);
}

/// Whether fewer than k scores are larger than that of the class. A class that there is not is never among them.
bool among_top(const float* row, std::size_t columns, double label, int k) {
  if (!(label >= 0 && label < static_cast<double>(columns))) return false;
  const float score = row[static_cast<std::size_t>(label)];
  return std::isfinite(score) && std::count_if(row, row + columns, [score](float x) { return x > score; }) < k;
}

void check_k(int k) {
  if (k < 1) throw ArgumentError("Expected `k` to be at least 1. Received: k=" + std::to_string(k));
}

}  // namespace

void fields(Accuracy& value, Fields& f) { f("name", value.name); }
void fields(BinaryAccuracy& value, Fields& f) {
  f("name", value.name);
  f("threshold", value.threshold);
}
void fields(CategoricalAccuracy& value, Fields& f) { f("name", value.name); }
void fields(SparseCategoricalAccuracy& value, Fields& f) { f("name", value.name); }
void fields(TopKCategoricalAccuracy& value, Fields& f) {
  f("name", value.name);
  f("k", value.k);
}
void fields(SparseTopKCategoricalAccuracy& value, Fields& f) {
  f("name", value.name);
  f("k", value.k);
  f("from_sorted_ids", value.from_sorted_ids);
}

void update(const Accuracy& metric, const MetricBatch& batch, std::span<double> state) {
  add_samples(batch, element_wise(metric.class_name, batch), state,
              [&](std::size_t i) { return batch.y_true[i] == batch.y_pred[i] ? 1.0 : 0.0; });
}

void update(const BinaryAccuracy& metric, const MetricBatch& batch, std::span<double> state) {
  const auto threshold = static_cast<float>(metric.threshold);
  add_samples(batch, element_wise(metric.class_name, batch), state, [&](std::size_t i) {
    return batch.y_true[i] == (batch.y_pred[i] > threshold ? 1.0F : 0.0F) ? 1.0 : 0.0;
  });
}

void update(const CategoricalAccuracy& metric, const MetricBatch& batch, std::span<double> state) {
  const Extent extent = row_wise(metric.class_name, batch, false);
  add_samples(batch, extent, state, [&](std::size_t i) {
    const std::size_t row = i * extent.columns;
    return argmax(batch.y_true.data() + row, extent.columns) == argmax(batch.y_pred.data() + row, extent.columns) ? 1.0
                                                                                                                  : 0.0;
  });
}

void update(const SparseCategoricalAccuracy& metric, const MetricBatch& batch, std::span<double> state) {
  const Extent extent = row_wise(metric.class_name, batch, true);
  add_samples(batch, extent, state, [&](std::size_t i) {
    const std::size_t predicted = argmax(batch.y_pred.data() + i * extent.columns, extent.columns);
    return batch.y_true[i] == static_cast<float>(predicted) ? 1.0 : 0.0;
  });
}

void update(const TopKCategoricalAccuracy& metric, const MetricBatch& batch, std::span<double> state) {
  const Extent extent = row_wise(metric.class_name, batch, false);
  add_samples(batch, extent, state, [&](std::size_t i) {
    const std::size_t row = i * extent.columns;
    const auto label = static_cast<double>(argmax(batch.y_true.data() + row, extent.columns));
    return among_top(batch.y_pred.data() + row, extent.columns, label, metric.k) ? 1.0 : 0.0;
  });
}

void update(const SparseTopKCategoricalAccuracy& metric, const MetricBatch& batch, std::span<double> state) {
  const Extent extent = row_wise(metric.class_name, batch, true);
  add_samples(batch, extent, state, [&](std::size_t i) {
    const float* row = batch.y_pred.data() + i * extent.columns;
    if (!metric.from_sorted_ids) return among_top(row, extent.columns, batch.y_true[i], metric.k) ? 1.0 : 0.0;
    const float* last = row + std::min(static_cast<std::size_t>(metric.k), extent.columns);
    return std::find(row, last, batch.y_true[i]) != last ? 1.0 : 0.0;
  });
}

void validate(const TopKCategoricalAccuracy& value) { check_k(value.k); }
void validate(const SparseTopKCategoricalAccuracy& value) { check_k(value.k); }

}  // namespace sumi::metrics
