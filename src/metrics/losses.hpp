// Losses as metrics: the formulas of the losses, averaged over samples.
#pragma once

#include <cstdint>

#include "core/pointwise_loss.hpp"
#include "metrics/mean_over_samples.hpp"

namespace sumi::metrics {

/// Adds the mean of a loss of pairs, whose labels are moved towards 1/2 by the smoothing.
template <class T>
void add_loss(const T& metric, PointwiseLossKind kind, const MetricBatch& batch, std::span<double> state,
              const LossArguments& arguments = {}, double label_smoothing = 0.0) {
  const Extent extent = element_wise(metric.class_name, batch);
  const PointwiseFormula<float> formula(kind, arguments, batch.y_true.data(),
                                        static_cast<std::int64_t>(batch.y_true.size()));
  // The mean over samples is one over all pairs; what is a sum over the last axis is as many times larger.
  const std::int64_t columns = batch.pred_shape.back();
  const double factor = static_cast<double>(columns) / formula.divisor(columns);
  add_samples(batch, extent, state, [&](std::size_t i) {
    const double label = batch.y_true[i] * (1.0 - label_smoothing) + 0.5 * label_smoothing;
    return factor * formula.value(static_cast<float>(label), batch.y_pred[i]);
  });
}

/// Adds the mean of a loss of rows, times a factor.
template <class Row, class T>
void add_rows(const T& metric, const MetricBatch& batch, std::span<double> state, double factor) {
  const Extent extent = row_wise(metric.class_name, batch, false);
  add_samples(batch, extent, state, [&](std::size_t i) {
    const std::size_t at = i * extent.columns;
    return factor *
           Row(batch.y_true.data() + at, batch.y_pred.data() + at, static_cast<std::int64_t>(extent.columns)).value();
  });
}

/// Throws ArgumentError for any axis but the last.
void check_axis(int axis);

}  // namespace sumi::metrics
