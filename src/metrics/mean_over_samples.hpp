// How a metric's values become a mean over samples: averaged over all axes but the batch's, then weighted.
#pragma once

#include <cstddef>

#include "sumi/metric.hpp"

namespace sumi::metrics {

/// How much a batch holds.
struct Extent {
  std::size_t samples;
  std::size_t values;      ///< Values of the metric in each sample.
  std::size_t columns;     ///< Elements of y_pred for each of them.
  std::size_t dimensions;  ///< The first so many dimensions of y_pred count values, the batch's included.

  std::size_t count() const { return samples * values; }
};

/// A value for each element. Throws ShapeError unless y_true has y_pred's shape, but for a last dimension of 1.
Extent element_wise(const char* metric, const MetricBatch& batch);
/// A value for each row along y_pred's last axis. Throws ShapeError unless y_true has the same shape, or, where sparse,
/// that shape without its last dimension, or with that 1.
Extent row_wise(const char* metric, const MetricBatch& batch, bool sparse);
/// A value for each element of y_pred, whatever y_true.
Extent of_predictions(const char* metric, const MetricBatch& batch);

/// What each value of a batch weighs.
class SampleWeights {
 public:
  /// `batch` fits `extent`.
  SampleWeights(const MetricBatch& batch, const Extent& extent) : batch_(batch), extent_(extent) {}
  double operator[](std::size_t i) const {
    if (batch_.sample_weight.empty()) return 1.0;
    if (batch_.weight_shape.empty()) return double{batch_.sample_weight[i / extent_.values]};
    return double{batch_.sample_weight[broadcast(i)]};
  }

 private:
  /// Where value i finds its weight.
  std::size_t broadcast(std::size_t i) const;

  const MetricBatch& batch_;
  const Extent& extent_;
};

/// Adds a batch to a mean; value(i) is the i-th value of the batch in row-major order. With weights only those that
/// counts(i) weigh anything.
template <class ValueAt, class Counts>
void add_samples(const MetricBatch& batch, const Extent& extent, std::span<double> state, ValueAt value,
                 Counts counts) {
  const SampleWeights weights(batch, extent);
  for (std::size_t n = 0; n < extent.samples; ++n) {
    double sum = 0, weight = 0;
    for (std::size_t i = n * extent.values; i < (n + 1) * extent.values; ++i) {
      const double w = batch.sample_weight.empty() || counts(i) ? weights[i] : 0.0;
      sum += w * value(i);
      weight += w;
    }
    state[0] += sum / static_cast<double>(extent.values);
    state[1] += weight / static_cast<double>(extent.values);
  }
}
template <class ValueAt>
void add_samples(const MetricBatch& batch, const Extent& extent, std::span<double> state, ValueAt value) {
  add_samples(batch, extent, state, value, [](std::size_t) { return true; });
}

}  // namespace sumi::metrics
