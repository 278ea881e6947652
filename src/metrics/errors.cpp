// Mean distances between predictions and targets.
#include <cmath>

#include "metrics/mean_over_samples.hpp"

namespace sumi::metrics {

void update(const MeanSquaredError& metric, const MetricBatch& batch, std::span<double> state) {
  add_samples(batch, element_wise(metric.class_name, batch), state, [&](std::size_t i) {
    const double error = double{batch.y_pred[i]} - double{batch.y_true[i]};
    return error * error;
  });
}

void update(const MeanAbsoluteError& metric, const MetricBatch& batch, std::span<double> state) {
  add_samples(batch, element_wise(metric.class_name, batch), state,
              [&](std::size_t i) { return std::abs(double{batch.y_pred[i]} - double{batch.y_true[i]}); });
}

}  // namespace sumi::metrics
