// How far predicted probabilities are from the true ones.
#include "sumi/metrics/probabilistic.hpp"

#include "core/cross_entropy.hpp"
#include "core/text.hpp"
#include "metrics/losses.hpp"
#include "sumi/error.hpp"

namespace sumi::metrics {
namespace {

/// What Labels reads of a loss.
struct LabelRule {
  bool sparse;
  double label_smoothing;
  std::optional<std::int64_t> ignore_class;
};

void add_cross_entropy(const char* metric, const LabelRule& rule, bool from_logits, const MetricBatch& batch,
                       std::span<double> state) {
  const Extent extent = row_wise(metric, batch, rule.sparse);
  const auto classes = static_cast<std::int64_t>(extent.columns);
  const auto labels = [&](std::size_t i) {
    return Labels<float>(rule, batch.y_true.data(), static_cast<std::int64_t>(i), classes);
  };
  add_samples(
      batch, extent, state,
      [&](std::size_t i) {
        const Labels<float> row = labels(i);
        if (row.ignored()) return 0.0;
        const float* predicted = batch.y_pred.data() + i * extent.columns;
        return cross_entropy(row, LogProbabilities<float>(predicted, classes, from_logits));
      },
      [&](std::size_t i) { return !labels(i).ignored(); });
}

void check_label_smoothing(double label_smoothing) {
  if (label_smoothing >= 0 && label_smoothing <= 1) return;
  throw ArgumentError("Expected label_smoothing in [0, 1]. Received: label_smoothing=" + repr(label_smoothing));
}

}  // namespace

void fields(KLDivergence& value, Fields& f) { f("name", value.name); }
void fields(Poisson& value, Fields& f) { f("name", value.name); }
void fields(BinaryCrossentropy& value, Fields& f) {
  f("name", value.name);
  f("from_logits", value.from_logits);
  f("label_smoothing", value.label_smoothing);
}
void fields(CategoricalCrossentropy& value, Fields& f) {
  f("name", value.name);
  f("from_logits", value.from_logits);
  f("label_smoothing", value.label_smoothing);
  f("axis", value.axis);
}
void fields(SparseCategoricalCrossentropy& value, Fields& f) {
  f("name", value.name);
  f("from_logits", value.from_logits);
  f("ignore_class", value.ignore_class);
  f("axis", value.axis);
}

void update(const KLDivergence& metric, const MetricBatch& batch, std::span<double> state) {
  add_loss(metric, PointwiseLossKind::kl_divergence, batch, state);
}
void update(const Poisson& metric, const MetricBatch& batch, std::span<double> state) {
  add_loss(metric, PointwiseLossKind::poisson, batch, state);
}
void update(const BinaryCrossentropy& metric, const MetricBatch& batch, std::span<double> state) {
  add_loss(metric, PointwiseLossKind::binary_cross_entropy, batch, state, {.from_logits = metric.from_logits},
           metric.label_smoothing);
}
void update(const CategoricalCrossentropy& metric, const MetricBatch& batch, std::span<double> state) {
  add_cross_entropy(metric.class_name, {false, metric.label_smoothing, {}}, metric.from_logits, batch, state);
}
void update(const SparseCategoricalCrossentropy& metric, const MetricBatch& batch, std::span<double> state) {
  add_cross_entropy(metric.class_name, {true, 0.0, metric.ignore_class}, metric.from_logits, batch, state);
}

void validate(const BinaryCrossentropy& value) { check_label_smoothing(value.label_smoothing); }
void validate(const CategoricalCrossentropy& value) {
  check_label_smoothing(value.label_smoothing);
  check_axis(value.axis);
}
void validate(const SparseCategoricalCrossentropy& value) { check_axis(value.axis); }

}  // namespace sumi::metrics
