// The area under a curve, from the counts at all thresholds.
#include "sumi/metrics/auc.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "metrics/confusion.hpp"
#include "sumi/error.hpp"

namespace sumi::metrics {
namespace {

enum class Curve { roc, pr, prgain };
enum class Summation { interpolation, majoring, minoring };

Curve curve_of(const std::string& name) {
  if (name == "ROC" || name == "roc") return Curve::roc;
  if (name == "PR" || name == "pr") return Curve::pr;
  if (name == "PRGAIN" || name == "prgain") return Curve::prgain;
  throw ArgumentError("Invalid AUC curve value: \"" + name + "\". Expected values are [\"PR\", \"ROC\", \"PRGAIN\"]");
}
Summation summation_of(const std::string& name) {
  if (name == "interpolation" || name == "Interpolation") return Summation::interpolation;
  if (name == "majoring" || name == "Majoring") return Summation::majoring;
  if (name == "minoring" || name == "Minoring") return Summation::minoring;
  throw ArgumentError("Invalid AUC summation method value: \"" + name +
                      "\". Expected values are [\"interpolation\", \"majoring\", \"minoring\"]");
}

Thresholds thresholds_of(const AUC& metric) {
  return metric.thresholds ? Thresholds(*metric.thresholds) : Thresholds(metric.num_thresholds, true);
}

struct Point {
  double x, y;
};
Point point_of(Curve curve, const Counts& c) {
  if (curve == Curve::roc) return {c.false_positive_rate(), c.recall()};
  if (curve == Curve::pr) return {c.recall(), c.precision()};
  if (c.true_positives == 0.0) return {0.0, 1.0};
  const double scale =
      divided(c.true_positives + c.false_negatives, c.true_negatives + c.false_positives) / c.true_positives;
  return {std::max(1.0 - scale * c.false_negatives, 0.0), 1.0 - scale * c.false_positives};
}

double riemann(const AUC& metric, std::span<const double> histogram) {
  const Curve curve = curve_of(metric.curve);
  const Summation summation = summation_of(metric.summation_method);
  CountsFromLast all(histogram);
  Point last = point_of(curve, all.next());
  double area = 0;
  for (std::size_t i = 1; i < all.thresholds(); ++i) {
    const Point point = point_of(curve, all.next());
    const double height = summation == Summation::interpolation ? (point.y + last.y) / 2.0
                          : summation == Summation::minoring    ? std::min(point.y, last.y)
                                                                : std::max(point.y, last.y);
    area += (point.x - last.x) * height;
    last = point;
  }
  return area;
}

/// Under precision over recall, where between two thresholds true positives grow in proportion to all positives.
double interpolated_precision(std::span<const double> histogram) {
  CountsFromLast all(histogram);
  Counts last = all.next();
  double area = 0;
  for (std::size_t i = 1; i < all.thresholds(); ++i) {
    const Counts counts = all.next();
    const double positives = counts.true_positives + counts.false_positives;
    const double last_positives = last.true_positives + last.false_positives;
    const double gained = counts.true_positives - last.true_positives;
    const double slope = divided(gained, std::max(positives - last_positives, 0.0));
    const double intercept = last.true_positives - slope * last_positives;
    const double ratio = positives > 0 && last_positives > 0 ? positives / last_positives : 1.0;
    area += divided(slope * (gained + intercept * std::log(ratio)), last.true_positives + last.false_negatives);
    last = counts;
  }
  return area;
}

double area_of(const AUC& metric, std::span<const double> histogram) {
  const bool interpolated =
      curve_of(metric.curve) == Curve::pr && summation_of(metric.summation_method) == Summation::interpolation;
  return interpolated ? interpolated_precision(histogram) : riemann(metric, histogram);
}

}  // namespace

void fields(AUC& value, Fields& f) {
  f("name", value.name);
  f("num_thresholds", value.num_thresholds);
  f("curve", value.curve);
  f("summation_method", value.summation_method);
  f("multi_label", value.multi_label);
  f("num_labels", value.num_labels);
  f("label_weights", value.label_weights);
  f("from_logits", value.from_logits);
  f("thresholds", value.thresholds);
}

std::size_t state_size(const AUC& metric, const Shape& y_pred) {
  const std::size_t labels = metric.multi_label && !y_pred.empty() ? static_cast<std::size_t>(y_pred.back()) : 1;
  return labels * histogram_size(thresholds_of(metric).count());
}

void update(const AUC& metric, const MetricBatch& batch, std::span<double> state) {
  const Thresholds thresholds = thresholds_of(metric);
  Selection selection{.from_logits = metric.from_logits};
  if (!metric.multi_label) {
    selection.label_weights = metric.label_weights ? &*metric.label_weights : nullptr;
    return add_predictions(metric.class_name, batch, thresholds, selection, state);
  }
  const std::int64_t labels = batch.pred_shape.size() == 2 ? batch.pred_shape.back() : 0;
  if (labels == 0 || (metric.num_labels && *metric.num_labels != labels)) {
    throw ShapeError(
        "AUC: expected y_pred of rank 2, with as many columns as there are labels, where multi_label. "
        "Received: y_pred of shape " +
        to_string(batch.pred_shape) +
        (metric.num_labels ? ", num_labels=" + std::to_string(*metric.num_labels) + "." : "."));
  }
  const std::size_t size = state.size() / static_cast<std::size_t>(labels);
  for (int label = 0; label < labels; ++label) {
    selection.class_id = label;
    add_predictions(metric.class_name, batch, thresholds, selection,
                    state.subspan(static_cast<std::size_t>(label) * size, size));
  }
}

double result(const AUC& metric, std::span<const double> state) {
  const std::size_t size = histogram_size(thresholds_of(metric).count());
  double sum = 0, weights = 0;
  for (std::size_t label = 0; label < state.size() / size; ++label) {
    const double weight = metric.multi_label && metric.label_weights ? metric.label_weights->at(label) : 1.0;
    sum += weight * area_of(metric, state.subspan(label * size, size));
    weights += weight;
  }
  return divided(sum, weights);
}

void validate(const AUC& value) {
  curve_of(value.curve);
  summation_of(value.summation_method);
  if (value.num_thresholds <= 1) {
    throw ArgumentError("Argument `num_thresholds` must be an integer > 1. Received: num_thresholds=" +
                        std::to_string(value.num_thresholds));
  }
  for (const double threshold : value.thresholds.value_or(std::vector<double>())) {
    if (threshold >= 0 && threshold <= 1) continue;
    throw ArgumentError("Threshold values must be in [0, 1]. Received: [" + repr(threshold) + "]");
  }
}

}  // namespace sumi::metrics
