// The area under a curve of what predictions are worth at all thresholds.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sumi/metric.hpp"

namespace sumi::metrics {

/// The area under the curve "ROC" (true over false positive rate), "PR" (precision over recall) or "PRGAIN",
/// approximated by num_thresholds thresholds (evenly spaced where no `thresholds` between 0 and 1 are given) and the
/// summation_method "interpolation", "minoring" or "majoring". multi_label: the mean over the columns, weighted by
/// label_weights; without it label_weights are weights of the columns. from_logits: y_pred is what a sigmoid makes
/// probabilities of.
struct AUC {
  static constexpr const char* class_name = "AUC";
  static constexpr Direction direction = Direction::up;
  int num_thresholds = 200;
  std::string curve = "ROC";
  std::string summation_method = "interpolation";
  std::string name = {};
  std::optional<std::vector<double>> thresholds = {};
  bool multi_label = false;
  std::optional<int> num_labels = {};
  std::optional<std::vector<double>> label_weights = {};
  bool from_logits = false;
};

void fields(AUC& value, Fields& f);
std::size_t state_size(const AUC& metric, const Shape& y_pred);
/// Throws ShapeError where y_true and y_pred don't fit together, or the columns are not as many as the labels.
void update(const AUC& metric, const MetricBatch& batch, std::span<double> state);
double result(const AUC& metric, std::span<const double> state);
/// Throws ArgumentError for an unknown curve or method, fewer than two thresholds, and thresholds outside [0, 1].
void validate(const AUC& value);

}  // namespace sumi::metrics
