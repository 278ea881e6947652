// What predictions above one threshold are worth, and the best that there is at any.
#include "sumi/metrics/confusion.hpp"

#include <algorithm>
#include <limits>

#include "core/text.hpp"
#include "metrics/confusion.hpp"
#include "sumi/error.hpp"

namespace sumi::metrics {
namespace {

/// Those that count or weigh what stands above one threshold.
template <class T>
Thresholds threshold_of(const T& metric) {
  double otherwise = 0.5;
  if constexpr (requires { metric.top_k; }) {
    // Whatever is among the best counts.
    if (metric.top_k) otherwise = -std::numeric_limits<double>::infinity();
  }
  return Thresholds(metric.thresholds.value_or(otherwise));
}
template <class T>
Selection selection_of(const T& metric) {
  Selection selection;
  if constexpr (requires { metric.top_k; }) selection.top_k = metric.top_k;
  if constexpr (requires { metric.class_id; }) selection.class_id = metric.class_id;
  return selection;
}
template <class T>
void add_at_threshold(const T& metric, const MetricBatch& batch, std::span<double> state) {
  add_predictions(metric.class_name, batch, threshold_of(metric), selection_of(metric), state);
}
Counts counts_of(std::span<const double> state) { return CountsFromLast(state).next(); }

template <class T>
void count_fields(T& value, Fields& f) {
  f("name", value.name);
  f("thresholds", value.thresholds);
}
template <class T>
void selection_fields(T& value, Fields& f) {
  count_fields(value, f);
  f("top_k", value.top_k);
  f("class_id", value.class_id);
}

void check_threshold(const std::optional<double>& threshold) {
  if (!threshold || (*threshold >= 0 && *threshold <= 1)) return;
  throw ArgumentError("Threshold values must be in [0, 1]. Received: [" + repr(*threshold) + "]");
}
void check_class(const std::optional<int>& class_id) {
  if (!class_id || *class_id >= 0) return;
  throw ArgumentError("Expected `class_id` to be at least 0. Received: class_id=" + std::to_string(*class_id));
}
template <class T>
void check_selection(const T& value) {
  check_threshold(value.thresholds);
  check_class(value.class_id);
  if (!value.top_k || *value.top_k >= 1) return;
  throw ArgumentError("Expected `top_k` to be at least 1. Received: top_k=" + std::to_string(*value.top_k));
}

/// Those that take the best of all thresholds.
template <class T>
Thresholds thresholds_of(const T& metric) {
  return metric.num_thresholds == 1 ? Thresholds(0.5) : Thresholds(metric.num_thresholds, false);
}
template <class T>
void add_at_thresholds(const T& metric, const MetricBatch& batch, std::span<double> state) {
  add_predictions(metric.class_name, batch, thresholds_of(metric), selection_of(metric), state);
}
/// The largest `wanted` at the thresholds where `constrained` is at least `bound`.
double best(std::span<const double> state, double (Counts::*wanted)() const, double (Counts::*constrained)() const,
            double bound) {
  CountsFromLast all(state);
  double most = 0;
  for (std::size_t i = 0; i < all.thresholds(); ++i) {
    const Counts counts = all.next();
    if ((counts.*constrained)() >= bound) most = std::max(most, (counts.*wanted)());
  }
  return most;
}
template <class T>
void best_fields(T& value, Fields& f) {
  f("name", value.name);
  f("class_id", value.class_id);
  f("num_thresholds", value.num_thresholds);
}
template <class T>
void check_best(const T& value, const char* name, double bound) {
  check_class(value.class_id);
  if (!(bound >= 0 && bound <= 1)) {
    throw ArgumentError("Argument `" + std::string(name) + "` must be in the range [0, 1]. Received: " + name + "=" +
                        repr(bound));
  }
  if (value.num_thresholds > 0) return;
  throw ArgumentError("Argument `num_thresholds` must be an integer > 0. Received: num_thresholds=" +
                      std::to_string(value.num_thresholds));
}

}  // namespace

void fields(TruePositives& value, Fields& f) { count_fields(value, f); }
void fields(TrueNegatives& value, Fields& f) { count_fields(value, f); }
void fields(FalsePositives& value, Fields& f) { count_fields(value, f); }
void fields(FalseNegatives& value, Fields& f) { count_fields(value, f); }
void fields(Precision& value, Fields& f) { selection_fields(value, f); }
void fields(Recall& value, Fields& f) { selection_fields(value, f); }
void fields(SensitivityAtSpecificity& value, Fields& f) {
  best_fields(value, f);
  f("specificity", value.specificity);
}
void fields(SpecificityAtSensitivity& value, Fields& f) {
  best_fields(value, f);
  f("sensitivity", value.sensitivity);
}
void fields(PrecisionAtRecall& value, Fields& f) {
  best_fields(value, f);
  f("recall", value.recall);
}
void fields(RecallAtPrecision& value, Fields& f) {
  best_fields(value, f);
  f("precision", value.precision);
}

std::size_t state_size(const TruePositives& metric) { return histogram_size(threshold_of(metric).count()); }
std::size_t state_size(const TrueNegatives& metric) { return histogram_size(threshold_of(metric).count()); }
std::size_t state_size(const FalsePositives& metric) { return histogram_size(threshold_of(metric).count()); }
std::size_t state_size(const FalseNegatives& metric) { return histogram_size(threshold_of(metric).count()); }
std::size_t state_size(const Precision& metric) { return histogram_size(threshold_of(metric).count()); }
std::size_t state_size(const Recall& metric) { return histogram_size(threshold_of(metric).count()); }
std::size_t state_size(const SensitivityAtSpecificity& metric) { return histogram_size(thresholds_of(metric).count()); }
std::size_t state_size(const SpecificityAtSensitivity& metric) { return histogram_size(thresholds_of(metric).count()); }
std::size_t state_size(const PrecisionAtRecall& metric) { return histogram_size(thresholds_of(metric).count()); }
std::size_t state_size(const RecallAtPrecision& metric) { return histogram_size(thresholds_of(metric).count()); }

void update(const TruePositives& metric, const MetricBatch& batch, std::span<double> state) {
  add_at_threshold(metric, batch, state);
}
void update(const TrueNegatives& metric, const MetricBatch& batch, std::span<double> state) {
  add_at_threshold(metric, batch, state);
}
void update(const FalsePositives& metric, const MetricBatch& batch, std::span<double> state) {
  add_at_threshold(metric, batch, state);
}
void update(const FalseNegatives& metric, const MetricBatch& batch, std::span<double> state) {
  add_at_threshold(metric, batch, state);
}
void update(const Precision& metric, const MetricBatch& batch, std::span<double> state) {
  add_at_threshold(metric, batch, state);
}
void update(const Recall& metric, const MetricBatch& batch, std::span<double> state) {
  add_at_threshold(metric, batch, state);
}
void update(const SensitivityAtSpecificity& metric, const MetricBatch& batch, std::span<double> state) {
  add_at_thresholds(metric, batch, state);
}
void update(const SpecificityAtSensitivity& metric, const MetricBatch& batch, std::span<double> state) {
  add_at_thresholds(metric, batch, state);
}
void update(const PrecisionAtRecall& metric, const MetricBatch& batch, std::span<double> state) {
  add_at_thresholds(metric, batch, state);
}
void update(const RecallAtPrecision& metric, const MetricBatch& batch, std::span<double> state) {
  add_at_thresholds(metric, batch, state);
}

double result(const TruePositives&, std::span<const double> state) { return counts_of(state).true_positives; }
double result(const TrueNegatives&, std::span<const double> state) { return counts_of(state).true_negatives; }
double result(const FalsePositives&, std::span<const double> state) { return counts_of(state).false_positives; }
double result(const FalseNegatives&, std::span<const double> state) { return counts_of(state).false_negatives; }
double result(const Precision&, std::span<const double> state) { return counts_of(state).precision(); }
double result(const Recall&, std::span<const double> state) { return counts_of(state).recall(); }
double result(const SensitivityAtSpecificity& metric, std::span<const double> state) {
  return best(state, &Counts::recall, &Counts::specificity, metric.specificity);
}
double result(const SpecificityAtSensitivity& metric, std::span<const double> state) {
  return best(state, &Counts::specificity, &Counts::recall, metric.sensitivity);
}
double result(const PrecisionAtRecall& metric, std::span<const double> state) {
  return best(state, &Counts::precision, &Counts::recall, metric.recall);
}
double result(const RecallAtPrecision& metric, std::span<const double> state) {
  return best(state, &Counts::recall, &Counts::precision, metric.precision);
}

void validate(const TruePositives& value) { check_threshold(value.thresholds); }
void validate(const TrueNegatives& value) { check_threshold(value.thresholds); }
void validate(const FalsePositives& value) { check_threshold(value.thresholds); }
void validate(const FalseNegatives& value) { check_threshold(value.thresholds); }
void validate(const Precision& value) { check_selection(value); }
void validate(const Recall& value) { check_selection(value); }
void validate(const SensitivityAtSpecificity& value) { check_best(value, "specificity", value.specificity); }
void validate(const SpecificityAtSensitivity& value) { check_best(value, "sensitivity", value.sensitivity); }
void validate(const PrecisionAtRecall& value) { check_best(value, "recall", value.recall); }
void validate(const RecallAtPrecision& value) { check_best(value, "precision", value.precision); }

}  // namespace sumi::metrics
