// Losses of predicted margins.
#pragma once

#include <string>

#include "sumi/loss.hpp"

namespace sumi {

/// Mean over the last axis of max(1 - y_true y_pred, 0). y_true: -1 or 1; where all labels of a batch are 0 or 1, 0
/// means -1.
struct Hinge {
  static constexpr const char* class_name = "Hinge";
  std::string reduction = "sum_over_batch_size";
  std::string name = "hinge";
};

/// Mean over the last axis of max(1 - y_true y_pred, 0)^2. y_true: as for Hinge.
struct SquaredHinge {
  static constexpr const char* class_name = "SquaredHinge";
  std::string reduction = "sum_over_batch_size";
  std::string name = "squared_hinge";
};

/// max(neg - pos + 1, 0), where pos is the sum of y_true y_pred and neg the largest of (1 - y_true) y_pred, over the
/// last axis. y_true: one-hot.
struct CategoricalHinge {
  static constexpr const char* class_name = "CategoricalHinge";
  std::string reduction = "sum_over_batch_size";
  std::string name = "categorical_hinge";
};

void fields(Hinge& value, Fields& f);
void fields(SquaredHinge& value, Fields& f);
void fields(CategoricalHinge& value, Fields& f);
Value lower(const Hinge& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const SquaredHinge& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const CategoricalHinge& loss, Lowering& ops, Value y_true, Value y_pred);
/// Throw ArgumentError for an unknown reduction.
void validate(const Hinge& value);
void validate(const SquaredHinge& value);
void validate(const CategoricalHinge& value);

}  // namespace sumi
