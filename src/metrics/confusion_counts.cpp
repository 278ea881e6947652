#include <algorithm>
#include <cmath>
#include <string>

#include "metrics/confusion.hpp"
#include "sumi/error.hpp"

namespace sumi::metrics {
namespace {

/// Whether element `column` is among the k largest of a row, the first of equals first.
bool among_top(const float* row, std::size_t columns, std::size_t column, int k) {
  int before = 0;
  for (std::size_t i = 0; i < columns; ++i) before += row[i] > row[column] || (row[i] == row[column] && i < column);
  return before < k;
}

/// How far outside of [0, 1] the thresholds at the ends stand.
constexpr float edge_distance = 1e-7F;

void check_columns(const char* metric, const MetricBatch& batch, const Selection& selection) {
  const auto columns = static_cast<std::size_t>(batch.pred_shape.back());
  std::string expected;
  if (selection.class_id && (batch.pred_shape.size() < 2 || static_cast<std::size_t>(*selection.class_id) >= columns)) {
    expected = "more than class_id=" + std::to_string(*selection.class_id) + " columns of y_pred";
  } else if (selection.label_weights != nullptr && selection.label_weights->size() != columns) {
    expected = std::to_string(selection.label_weights->size()) + " columns of y_pred, as there are label_weights";
  }
  if (expected.empty()) return;
  throw ShapeError(std::string(metric) + ": expected " + expected + ". Received: y_pred of shape " +
                   to_string(batch.pred_shape) + ".");
}

}  // namespace

std::size_t Thresholds::place(float prediction) const {
  if (even_) {
    // Threshold j is j / (count - 1), and the largest below p is ceil(p (count - 1)) - 1.
    const float clipped = std::min(std::max(prediction, 0.0F), 1.0F);
    const float place = std::ceil(clipped * static_cast<float>(count_ - 1));
    return static_cast<std::size_t>(edge_ ? std::max(place, 1.0F) : place);
  }
  if (inner_ == nullptr) return prediction > only_ ? 1 : 0;
  const auto inner = std::count_if(inner_->begin(), inner_->end(), [prediction](double threshold) {
    return prediction > static_cast<float>(threshold);
  });
  return static_cast<std::size_t>(inner) + (prediction > -edge_distance ? 1 : 0) +
         (prediction > 1.0F + edge_distance ? 1 : 0);
}

CountsFromLast::CountsFromLast(std::span<const double> histogram)
    : histogram_(histogram), place_(histogram.size() / 2 - 1) {
  for (std::size_t i = 0; i <= place_; ++i) {
    all_true_ += histogram[i];
    all_false_ += histogram[histogram.size() / 2 + i];
  }
}

Counts CountsFromLast::next() {
  above_true_ += histogram_[place_];
  above_false_ += histogram_[histogram_.size() / 2 + place_];
  --place_;
  return {above_true_, above_false_, all_false_ - above_false_, all_true_ - above_true_};
}

void add_predictions(const char* metric, const MetricBatch& batch, const Thresholds& thresholds,
                     const Selection& selection, std::span<double> histogram) {
  const Extent extent = element_wise(metric, batch);
  const auto columns = static_cast<std::size_t>(batch.pred_shape.back());
  check_columns(metric, batch, selection);
  const SampleWeights weights(batch, extent);
  const std::size_t falses = histogram.size() / 2;
  const std::size_t first = selection.class_id ? static_cast<std::size_t>(*selection.class_id) : 0;
  for (std::size_t i = first; i < extent.count(); i += selection.class_id ? columns : 1) {
    const std::size_t column = i % columns;
    const float* row = batch.y_pred.data() + (i - column);
    const bool predictable = !selection.top_k || among_top(row, columns, column, *selection.top_k);
    const float prediction = selection.from_logits ? 1.0F / (1.0F + std::exp(-row[column])) : row[column];
    const std::size_t place = predictable ? thresholds.place(prediction) : 0;
    const double weight = selection.label_weights != nullptr ? (*selection.label_weights)[column] : 1.0;
    histogram[(batch.y_true[i] != 0.0F ? 0 : falses) + place] += weight * weights[i];
  }
}

}  // namespace sumi::metrics
