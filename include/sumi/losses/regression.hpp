// Losses of predicted numbers.
#pragma once

#include <string>

#include "sumi/loss.hpp"

namespace sumi {

/// Mean over the last axis of (y_pred - y_true)^2.
struct MeanSquaredError {
  static constexpr const char* class_name = "MeanSquaredError";
  std::string reduction = "sum_over_batch_size";
  std::string name = "mean_squared_error";
};

/// Mean over the last axis of |y_pred - y_true|.
struct MeanAbsoluteError {
  static constexpr const char* class_name = "MeanAbsoluteError";
  std::string reduction = "sum_over_batch_size";
  std::string name = "mean_absolute_error";
};

/// Mean over the last axis of 100 |y_pred - y_true| / max(|y_true|, 1e-7).
struct MeanAbsolutePercentageError {
  static constexpr const char* class_name = "MeanAbsolutePercentageError";
  std::string reduction = "sum_over_batch_size";
  std::string name = "mean_absolute_percentage_error";
};

/// Mean over the last axis of (log(max(y_pred, 1e-7) + 1) - log(max(y_true, 1e-7) + 1))^2.
struct MeanSquaredLogarithmicError {
  static constexpr const char* class_name = "MeanSquaredLogarithmicError";
  std::string reduction = "sum_over_batch_size";
  std::string name = "mean_squared_logarithmic_error";
};

/// Mean over the last axis of e^2 / 2 where |e| = |y_pred - y_true| <= delta, else of delta |e| - delta^2 / 2.
struct Huber {
  static constexpr const char* class_name = "Huber";
  double delta = 1.0;
  std::string reduction = "sum_over_batch_size";
  std::string name = "huber_loss";
};

/// Mean over the last axis of log(cosh(y_pred - y_true)).
struct LogCosh {
  static constexpr const char* class_name = "LogCosh";
  std::string reduction = "sum_over_batch_size";
  std::string name = "log_cosh";
};

/// The negative cosine of the angle between y_true and y_pred along the axis: -1 where they point the same way.
struct CosineSimilarity {
  static constexpr const char* class_name = "CosineSimilarity";
  int axis = -1;
  std::string reduction = "sum_over_batch_size";
  std::string name = "cosine_similarity";
};

void fields(MeanSquaredError& value, Fields& f);
void fields(MeanAbsoluteError& value, Fields& f);
void fields(MeanAbsolutePercentageError& value, Fields& f);
void fields(MeanSquaredLogarithmicError& value, Fields& f);
void fields(Huber& value, Fields& f);
void fields(LogCosh& value, Fields& f);
void fields(CosineSimilarity& value, Fields& f);
Value lower(const MeanSquaredError& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const MeanAbsoluteError& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const MeanAbsolutePercentageError& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const MeanSquaredLogarithmicError& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const Huber& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const LogCosh& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const CosineSimilarity& loss, Lowering& ops, Value y_true, Value y_pred);
/// Throw ArgumentError for an unknown reduction, or a delta that is not positive.
void validate(const MeanSquaredError& value);
void validate(const MeanAbsoluteError& value);
void validate(const MeanAbsolutePercentageError& value);
void validate(const MeanSquaredLogarithmicError& value);
void validate(const Huber& value);
void validate(const LogCosh& value);
void validate(const CosineSimilarity& value);

}  // namespace sumi
