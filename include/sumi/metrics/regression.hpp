// How far predicted numbers are from the true ones.
#pragma once

#include <string>

#include "sumi/metrics/mean.hpp"

namespace sumi::metrics {

/// Mean of (y_pred - y_true)^2. Equal shapes, but for a last dimension of 1.
struct MeanSquaredError {
  static constexpr const char* class_name = "MeanSquaredError";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "mean_squared_error";
};
/// The square root of that.
struct RootMeanSquaredError {
  static constexpr const char* class_name = "RootMeanSquaredError";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "root_mean_squared_error";
};
/// Mean of |y_pred - y_true|. Equal shapes, but for a last dimension of 1.
struct MeanAbsoluteError {
  static constexpr const char* class_name = "MeanAbsoluteError";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "mean_absolute_error";
};
/// Mean of 100 |y_pred - y_true| / max(|y_true|, 1e-7). Equal shapes, but for a last dimension of 1.
struct MeanAbsolutePercentageError {
  static constexpr const char* class_name = "MeanAbsolutePercentageError";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "mean_absolute_percentage_error";
};
/// Mean of (log(max(y_pred, 1e-7) + 1) - log(max(y_true, 1e-7) + 1))^2. Equal shapes, but for a last dimension of 1.
struct MeanSquaredLogarithmicError {
  static constexpr const char* class_name = "MeanSquaredLogarithmicError";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "mean_squared_logarithmic_error";
};
/// Mean of log(cosh(y_pred - y_true)). Equal shapes, but for a last dimension of 1.
struct LogCoshError {
  static constexpr const char* class_name = "LogCoshError";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "logcosh";
};
/// Mean cosine of the angle between y_true and y_pred along the last axis: 1 where they point the same way. axis: -1
/// only.
struct CosineSimilarity {
  static constexpr const char* class_name = "CosineSimilarity";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::up;
  std::string name = "cosine_similarity";
  int axis = -1;
};

void fields(MeanSquaredError& value, Fields& f);
void fields(RootMeanSquaredError& value, Fields& f);
void fields(MeanAbsoluteError& value, Fields& f);
void fields(MeanAbsolutePercentageError& value, Fields& f);
void fields(MeanSquaredLogarithmicError& value, Fields& f);
void fields(LogCoshError& value, Fields& f);
void fields(CosineSimilarity& value, Fields& f);
/// Throw ShapeError where y_true and y_pred don't fit together.
void update(const MeanSquaredError& metric, const MetricBatch& batch, std::span<double> state);
void update(const RootMeanSquaredError& metric, const MetricBatch& batch, std::span<double> state);
void update(const MeanAbsoluteError& metric, const MetricBatch& batch, std::span<double> state);
void update(const MeanAbsolutePercentageError& metric, const MetricBatch& batch, std::span<double> state);
void update(const MeanSquaredLogarithmicError& metric, const MetricBatch& batch, std::span<double> state);
void update(const LogCoshError& metric, const MetricBatch& batch, std::span<double> state);
void update(const CosineSimilarity& metric, const MetricBatch& batch, std::span<double> state);
double result(const RootMeanSquaredError& metric, std::span<const double> state);
/// Throws ArgumentError for an axis other than the last.
void validate(const CosineSimilarity& value);

}  // namespace sumi::metrics
