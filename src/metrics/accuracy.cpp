// How often a prediction is right: by class number, by one-hot row, by threshold.
#include <algorithm>

#include "metrics/mean_over_samples.hpp"

namespace sumi::metrics {
namespace {

/// Index of the largest, the first of equals.
std::size_t argmax(const float* row, std::size_t columns) {
  return static_cast<std::size_t>(std::max_element(row, row + columns) - row);
}

}  // namespace

void update(const SparseCategoricalAccuracy& metric, const MetricBatch& batch, std::span<double> state) {
  const Extent extent = row_wise(metric.class_name, batch, true);
  add_samples(batch, extent, state, [&](std::size_t i) {
    const std::size_t predicted = argmax(batch.y_pred.data() + i * extent.columns, extent.columns);
    return batch.y_true[i] == static_cast<float>(predicted) ? 1.0 : 0.0;
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

void update(const BinaryAccuracy& metric, const MetricBatch& batch, std::span<double> state) {
  const auto threshold = static_cast<float>(metric.threshold);
  add_samples(batch, element_wise(metric.class_name, batch), state, [&](std::size_t i) {
    return batch.y_true[i] == (batch.y_pred[i] > threshold ? 1.0F : 0.0F) ? 1.0 : 0.0;
  });
}

}  // namespace sumi::metrics
