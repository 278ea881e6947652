// Mean distances between predictions and targets.
#include "sumi/metrics/regression.hpp"

#include <cmath>

#include "core/row_loss.hpp"
#include "metrics/losses.hpp"
#include "sumi/error.hpp"

namespace sumi::metrics {

void fields(MeanSquaredError& value, Fields& f) { f("name", value.name); }
void fields(RootMeanSquaredError& value, Fields& f) { f("name", value.name); }
void fields(MeanAbsoluteError& value, Fields& f) { f("name", value.name); }
void fields(MeanAbsolutePercentageError& value, Fields& f) { f("name", value.name); }
void fields(MeanSquaredLogarithmicError& value, Fields& f) { f("name", value.name); }
void fields(LogCoshError& value, Fields& f) { f("name", value.name); }
void fields(CosineSimilarity& value, Fields& f) {
  f("name", value.name);
  f("axis", value.axis);
}

void update(const MeanSquaredError& metric, const MetricBatch& batch, std::span<double> state) {
  add_loss(metric, PointwiseLossKind::squared_error, batch, state);
}
void update(const RootMeanSquaredError& metric, const MetricBatch& batch, std::span<double> state) {
  add_loss(metric, PointwiseLossKind::squared_error, batch, state);
}
void update(const MeanAbsoluteError& metric, const MetricBatch& batch, std::span<double> state) {
  add_loss(metric, PointwiseLossKind::absolute_error, batch, state);
}
void update(const MeanAbsolutePercentageError& metric, const MetricBatch& batch, std::span<double> state) {
  add_loss(metric, PointwiseLossKind::absolute_percentage_error, batch, state);
}
void update(const MeanSquaredLogarithmicError& metric, const MetricBatch& batch, std::span<double> state) {
  add_loss(metric, PointwiseLossKind::squared_logarithmic_error, batch, state);
}
void update(const LogCoshError& metric, const MetricBatch& batch, std::span<double> state) {
  add_loss(metric, PointwiseLossKind::log_cosh, batch, state);
}
void update(const CosineSimilarity& metric, const MetricBatch& batch, std::span<double> state) {
  add_rows<CosineRow<float>>(metric, batch, state, -1.0);
}

double result(const RootMeanSquaredError& /*metric*/, std::span<const double> state) {
  return std::sqrt(result(MeanSquaredError{}, state));
}

void validate(const CosineSimilarity& value) { check_axis(value.axis); }

}  // namespace sumi::metrics
