// How far predicted probabilities are from the true ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sumi/metrics/mean.hpp"

namespace sumi::metrics {

/// Sum over the last axis of y_true log(y_true / y_pred), both clipped to [1e-7, 1].
struct KLDivergence {
  static constexpr const char* class_name = "KLDivergence";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "kl_divergence";
};
/// Mean of y_pred - y_true log(y_pred + 1e-7).
struct Poisson {
  static constexpr const char* class_name = "Poisson";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "poisson";
};
/// Mean of -y log p - (1 - y) log(1 - p), with y_true smoothed to y (1 - label_smoothing) + label_smoothing / 2, and
/// probabilities clipped to [1e-7, 1 - 1e-7].
struct BinaryCrossentropy {
  static constexpr const char* class_name = "BinaryCrossentropy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "binary_crossentropy";
  bool from_logits = false;
  double label_smoothing = 0.0;
};
/// -sum y_true log p over the last axis, with y_true smoothed to y (1 - label_smoothing) + label_smoothing / K, and
/// probabilities normalised and clipped to [1e-7, 1 - 1e-7]. Equal shapes. axis: -1 only.
struct CategoricalCrossentropy {
  static constexpr const char* class_name = "CategoricalCrossentropy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "categorical_crossentropy";
  bool from_logits = false;
  double label_smoothing = 0.0;
  int axis = -1;
};
/// The same of class numbers. Entries with y_true == ignore_class cost nothing; with sample weights they don't count
/// either. y_true: the shape of y_pred without its last dimension, or with that 1. axis: -1 only.
struct SparseCategoricalCrossentropy {
  static constexpr const char* class_name = "SparseCategoricalCrossentropy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "sparse_categorical_crossentropy";
  bool from_logits = false;
  std::optional<std::int64_t> ignore_class = {};
  int axis = -1;
};

void fields(KLDivergence& value, Fields& f);
void fields(Poisson& value, Fields& f);
void fields(BinaryCrossentropy& value, Fields& f);
void fields(CategoricalCrossentropy& value, Fields& f);
void fields(SparseCategoricalCrossentropy& value, Fields& f);
/// Throw ShapeError where y_true and y_pred don't fit together.
void update(const KLDivergence& metric, const MetricBatch& batch, std::span<double> state);
void update(const Poisson& metric, const MetricBatch& batch, std::span<double> state);
void update(const BinaryCrossentropy& metric, const MetricBatch& batch, std::span<double> state);
void update(const CategoricalCrossentropy& metric, const MetricBatch& batch, std::span<double> state);
void update(const SparseCategoricalCrossentropy& metric, const MetricBatch& batch, std::span<double> state);
/// Throw ArgumentError for an axis other than the last, or label_smoothing outside [0, 1].
void validate(const BinaryCrossentropy& value);
void validate(const CategoricalCrossentropy& value);
void validate(const SparseCategoricalCrossentropy& value);

}  // namespace sumi::metrics
