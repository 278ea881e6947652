// Losses of predicted probabilities of classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sumi/loss.hpp"

namespace sumi {

/// -log p[y_true]. y_true: class numbers, of the shape of y_pred without its last dimension (or that last dimension 1).
/// y_pred: probabilities, or logits where from_logits. Directly behind a softmax the fused form on the logits is used
/// (as TensorFlow does); other probabilities are normalised, then clipped to [1e-7, 1 - 1e-7]. Entries with y_true ==
/// ignore_class don't count. axis: -1 only.
struct SparseCategoricalCrossentropy {
  static constexpr const char* class_name = "SparseCategoricalCrossentropy";
  static constexpr bool sparse = true;
  bool from_logits = false;
  std::optional<std::int64_t> ignore_class = {};
  std::string reduction = "sum_over_batch_size";
  int axis = -1;
  std::string name = "sparse_categorical_crossentropy";
};

/// -sum y_true log p over the axis of the classes. y_true: probabilities of the shape of y_pred, smoothed to
/// y (1 - label_smoothing) + label_smoothing / K. y_pred: as for SparseCategoricalCrossentropy.
struct CategoricalCrossentropy {
  static constexpr const char* class_name = "CategoricalCrossentropy";
  bool from_logits = false;
  double label_smoothing = 0.0;
  int axis = -1;
  std::string reduction = "sum_over_batch_size";
  std::string name = "categorical_crossentropy";
};

/// Mean over the axis of -y log p - (1 - y) log(1 - p), with y_true smoothed to y (1 - label_smoothing) +
/// label_smoothing / 2. y_pred: probabilities, clipped to [1e-7, 1 - 1e-7], or logits where from_logits; directly
/// behind a sigmoid its input is used as logits (as TensorFlow does).
struct BinaryCrossentropy {
  static constexpr const char* class_name = "BinaryCrossentropy";
  bool from_logits = false;
  double label_smoothing = 0.0;
  int axis = -1;
  std::string reduction = "sum_over_batch_size";
  std::string name = "binary_crossentropy";
};

/// BinaryCrossentropy times (1 - q)^gamma, where q is the probability that y_pred gives to what y_true says; with
/// apply_class_balancing ones weigh alpha, zeros 1 - alpha.
struct BinaryFocalCrossentropy {
  static constexpr const char* class_name = "BinaryFocalCrossentropy";
  bool apply_class_balancing = false;
  double alpha = 0.25;
  double gamma = 2.0;
  bool from_logits = false;
  double label_smoothing = 0.0;
  int axis = -1;
  std::string reduction = "sum_over_batch_size";
  std::string name = "binary_focal_crossentropy";
};

/// -sum alpha (1 - p)^gamma y_true log p over the axis of the classes; p: y_pred (its softmax where from_logits),
/// normalised and clipped to [1e-7, 1 - 1e-7].
struct CategoricalFocalCrossentropy {
  static constexpr const char* class_name = "CategoricalFocalCrossentropy";
  double alpha = 0.25;
  double gamma = 2.0;
  bool from_logits = false;
  double label_smoothing = 0.0;
  int axis = -1;
  std::string reduction = "sum_over_batch_size";
  std::string name = "categorical_focal_crossentropy";
};

void fields(SparseCategoricalCrossentropy& value, Fields& f);
void fields(CategoricalCrossentropy& value, Fields& f);
void fields(BinaryCrossentropy& value, Fields& f);
void fields(BinaryFocalCrossentropy& value, Fields& f);
void fields(CategoricalFocalCrossentropy& value, Fields& f);
Value lower(const SparseCategoricalCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const CategoricalCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const BinaryCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const BinaryFocalCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const CategoricalFocalCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred);
/// Throw ArgumentError for an unknown reduction, an axis that is none, or label_smoothing outside [0, 1].
void validate(const SparseCategoricalCrossentropy& value);
void validate(const CategoricalCrossentropy& value);
void validate(const BinaryCrossentropy& value);
void validate(const BinaryFocalCrossentropy& value);
void validate(const CategoricalFocalCrossentropy& value);

}  // namespace sumi
