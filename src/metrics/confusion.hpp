// Counts of true and false predictions at thresholds, from which precision, recall and areas under curves are made.
//
// A prediction is above the thresholds up to some place, so that one histogram over places, for true and for false
// labels, has the counts at all thresholds. Its state: places 0 (above none) to T (above all T), of true labels, then
// of false ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "metrics/mean_over_samples.hpp"

namespace sumi::metrics {

/// x / y; 0 where y is 0, as Keras divides.
inline double divided(double x, double y) { return y == 0.0 ? 0.0 : x / y; }

/// Where predictions stand among thresholds.
class Thresholds {
 public:
  /// One.
  explicit Thresholds(double only) : count_(1), only_(static_cast<float>(only)) {}
  /// From 0 to 1 at equal distances. With an `edge` the first and the last stand a little further out, so that every
  /// probability lies between them.
  Thresholds(int count, bool edge) : count_(static_cast<std::size_t>(count)), even_(true), edge_(edge) {}
  /// The given ones, in any order, and one a little outside of [0, 1] at either end.
  explicit Thresholds(const std::vector<double>& inner) : count_(inner.size() + 2), inner_(&inner) {}

  std::size_t count() const { return count_; }
  /// How many thresholds a prediction is above.
  std::size_t place(float prediction) const;

 private:
  std::size_t count_;
  bool even_ = false, edge_ = false;
  float only_ = 0;
  const std::vector<double>* inner_ = nullptr;
};

/// Doubles of one histogram.
inline std::size_t histogram_size(std::size_t thresholds) { return 2 * (thresholds + 1); }

/// The counts at one threshold.
struct Counts {
  double true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;

  double recall() const { return divided(true_positives, true_positives + false_negatives); }
  double precision() const { return divided(true_positives, true_positives + false_positives); }
  double specificity() const { return divided(true_negatives, true_negatives + false_positives); }
  double false_positive_rate() const { return divided(false_positives, false_positives + true_negatives); }
};

/// The counts at all thresholds, one after the other from the last to the first.
class CountsFromLast {
 public:
  explicit CountsFromLast(std::span<const double> histogram);
  std::size_t thresholds() const { return histogram_.size() / 2 - 1; }
  /// At the next threshold.
  Counts next();

 private:
  std::span<const double> histogram_;
  std::size_t place_;
  double all_true_ = 0, all_false_ = 0, above_true_ = 0, above_false_ = 0;
};

/// Which elements of a batch count, and as what.
struct Selection {
  std::optional<int> top_k = {};                       ///< Only so many of the largest of a row are predicted at all.
  std::optional<int> class_id = {};                    ///< Only this column counts.
  const std::vector<double>* label_weights = nullptr;  ///< Of the columns.
  bool from_logits = false;                            ///< Predictions are what a sigmoid makes of y_pred.
};

/// Adds a batch to a histogram. Throws ShapeError where y_true and y_pred don't fit together, or with the selection.
void add_predictions(const char* metric, const MetricBatch& batch, const Thresholds& thresholds,
                     const Selection& selection, std::span<double> histogram);

}  // namespace sumi::metrics
