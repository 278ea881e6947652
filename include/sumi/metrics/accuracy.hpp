// How often a prediction is right.
#pragma once

#include <string>

#include "sumi/metrics/mean.hpp"

namespace sumi::metrics {

/// How often y_pred equals y_true, element by element. Equal shapes, but for a last dimension of 1.
struct Accuracy {
  static constexpr const char* class_name = "Accuracy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::up;
  std::string name = "accuracy";
};
/// How often y_true (0 or 1) says whether y_pred > threshold. Equal shapes, but for a last dimension of 1.
struct BinaryAccuracy {
  static constexpr const char* class_name = "BinaryAccuracy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::up;
  std::string name = "binary_accuracy";
  double threshold = 0.5;
};
/// How often the largest of y_pred's last axis (the first of equals) stands where the largest of y_true's does. Equal
/// shapes.
struct CategoricalAccuracy {
  static constexpr const char* class_name = "CategoricalAccuracy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::up;
  std::string name = "categorical_accuracy";
};
/// How often the largest of y_pred's last axis (the first of equals) is the class that y_true numbers. y_true: the
/// shape of y_pred without its last dimension, or with that 1.
struct SparseCategoricalAccuracy {
  static constexpr const char* class_name = "SparseCategoricalAccuracy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::up;
  std::string name = "sparse_categorical_accuracy";
};
/// How often fewer than k of y_pred's last axis are larger than the one where y_true's largest stands. Equal shapes.
struct TopKCategoricalAccuracy {
  static constexpr const char* class_name = "TopKCategoricalAccuracy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::up;
  int k = 5;
  std::string name = "top_k_categorical_accuracy";
};
/// The same of the class that y_true numbers. from_sorted_ids: y_pred holds class numbers instead, best first.
struct SparseTopKCategoricalAccuracy {
  static constexpr const char* class_name = "SparseTopKCategoricalAccuracy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::up;
  int k = 5;
  std::string name = "sparse_top_k_categorical_accuracy";
  bool from_sorted_ids = false;
};

void fields(Accuracy& value, Fields& f);
void fields(BinaryAccuracy& value, Fields& f);
void fields(CategoricalAccuracy& value, Fields& f);
void fields(SparseCategoricalAccuracy& value, Fields& f);
void fields(TopKCategoricalAccuracy& value, Fields& f);
void fields(SparseTopKCategoricalAccuracy& value, Fields& f);
/// Throw ShapeError where y_true and y_pred don't fit together.
void update(const Accuracy& metric, const MetricBatch& batch, std::span<double> state);
void update(const BinaryAccuracy& metric, const MetricBatch& batch, std::span<double> state);
void update(const CategoricalAccuracy& metric, const MetricBatch& batch, std::span<double> state);
void update(const SparseCategoricalAccuracy& metric, const MetricBatch& batch, std::span<double> state);
void update(const TopKCategoricalAccuracy& metric, const MetricBatch& batch, std::span<double> state);
void update(const SparseTopKCategoricalAccuracy& metric, const MetricBatch& batch, std::span<double> state);
/// Throw ArgumentError for a k below 1.
void validate(const TopKCategoricalAccuracy& value);
void validate(const SparseTopKCategoricalAccuracy& value);

}  // namespace sumi::metrics
