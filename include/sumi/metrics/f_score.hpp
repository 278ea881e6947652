// Means of precision and recall.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "sumi/metric.hpp"

namespace sumi::metrics {

/// (1 + beta^2) precision recall / (beta^2 precision + recall) of each column of y_true and y_pred (N, K): their mean
/// ("macro"), their mean weighted by how often each is true ("weighted"), or that of all labels together ("micro").
/// Without an average there must be one column, as a metric is one number. Predicted is what is larger than the
/// threshold; without one, the largest of a row.
struct FBetaScore {
  static constexpr const char* class_name = "FBetaScore";
  static constexpr Direction direction = Direction::up;
  std::optional<std::string> average = {};
  double beta = 1.0;
  std::optional<double> threshold = {};
  std::string name = "fbeta_score";
};
/// FBetaScore with beta = 1.
struct F1Score {
  static constexpr const char* class_name = "F1Score";
  static constexpr Direction direction = Direction::up;
  std::optional<std::string> average = {};
  std::optional<double> threshold = {};
  std::string name = "f1_score";
};

void fields(FBetaScore& value, Fields& f);
void fields(F1Score& value, Fields& f);
std::size_t state_size(const FBetaScore& metric, const Shape& y_pred);
std::size_t state_size(const F1Score& metric, const Shape& y_pred);
/// Throw ShapeError where y_true and y_pred are not of one shape (N, K), ArgumentError where an average is missing.
void update(const FBetaScore& metric, const MetricBatch& batch, std::span<double> state);
void update(const F1Score& metric, const MetricBatch& batch, std::span<double> state);
double result(const FBetaScore& metric, std::span<const double> state);
double result(const F1Score& metric, std::span<const double> state);
/// Throw ArgumentError for an unknown average, a beta that is not positive, and a threshold outside (0, 1].
void validate(const FBetaScore& value);
void validate(const F1Score& value);

}  // namespace sumi::metrics
