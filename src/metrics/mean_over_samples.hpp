// How a metric's values become a mean over samples: averaged over all axes but the batch's, then weighted.
#pragma once

#include <cstddef>

#include "sumi/metrics.hpp"

namespace sumi::metrics {

/// How much a batch holds.
struct Extent {
  std::size_t samples;
  std::size_t values;   ///< Values of the metric in each sample.
  std::size_t columns;  ///< Elements of y_pred for each of them.
};

/// A value for each element. Throws ShapeError unless y_true has y_pred's shape, but for a last dimension of 1.
Extent element_wise(const char* metric, const MetricBatch& batch);
/// A value for each row along y_pred's last axis. Throws ShapeError unless y_true has the same shape, or, where sparse,
/// that shape without its last dimension, or with that 1.
Extent row_wise(const char* metric, const MetricBatch& batch, bool sparse);

/// Adds a batch to a mean; value(i) is the i-th value of the batch in row-major order.
template <class ValueAt>
void add_samples(const MetricBatch& batch, const Extent& extent, std::span<double> state, ValueAt value) {
  for (std::size_t n = 0; n < extent.samples; ++n) {
    double sum = 0;
    for (std::size_t i = n * extent.values; i < (n + 1) * extent.values; ++i) sum += value(i);
    const double weight = batch.sample_weight.empty() ? 1.0 : double{batch.sample_weight[n]};
    state[0] += weight * sum / static_cast<double>(extent.values);
    state[1] += weight;
  }
}

}  // namespace sumi::metrics
