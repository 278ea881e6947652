// Losses of predicted numbers, as ops.
#include "sumi/losses/regression.hpp"

#include "core/text.hpp"
#include "losses/common.hpp"
#include "sumi/error.hpp"

namespace sumi {

void fields(MeanSquaredError& value, Fields& f) { common_fields(value, f); }
void fields(MeanAbsoluteError& value, Fields& f) { common_fields(value, f); }
void fields(MeanAbsolutePercentageError& value, Fields& f) { common_fields(value, f); }
void fields(MeanSquaredLogarithmicError& value, Fields& f) { common_fields(value, f); }
void fields(Huber& value, Fields& f) {
  common_fields(value, f);
  f("delta", value.delta);
}
void fields(LogCosh& value, Fields& f) { common_fields(value, f); }
void fields(CosineSimilarity& value, Fields& f) {
  common_fields(value, f);
  f("axis", value.axis);
}

Value lower(const MeanSquaredError& loss, Lowering& ops, Value y_true, Value y_pred) {
  return pointwise(loss, PointwiseLossKind::squared_error, ops, y_true, y_pred);
}
Value lower(const MeanAbsoluteError& loss, Lowering& ops, Value y_true, Value y_pred) {
  return pointwise(loss, PointwiseLossKind::absolute_error, ops, y_true, y_pred);
}
Value lower(const MeanAbsolutePercentageError& loss, Lowering& ops, Value y_true, Value y_pred) {
  return pointwise(loss, PointwiseLossKind::absolute_percentage_error, ops, y_true, y_pred);
}
Value lower(const MeanSquaredLogarithmicError& loss, Lowering& ops, Value y_true, Value y_pred) {
  return pointwise(loss, PointwiseLossKind::squared_logarithmic_error, ops, y_true, y_pred);
}
Value lower(const Huber& loss, Lowering& ops, Value y_true, Value y_pred) {
  return pointwise(loss, PointwiseLossKind::huber, ops, y_true, y_pred, {.delta = loss.delta});
}
Value lower(const LogCosh& loss, Lowering& ops, Value y_true, Value y_pred) {
  return pointwise(loss, PointwiseLossKind::log_cosh, ops, y_true, y_pred);
}
Value lower(const CosineSimilarity& loss, Lowering& ops, Value y_true, Value y_pred) {
  const Value truth = same_shape(ops, loss.class_name, y_true, y_pred);
  return ops.row_loss(RowLossKind::cosine_similarity, with_axis_last(ops, loss.class_name, truth, loss.axis),
                      with_axis_last(ops, loss.class_name, y_pred, loss.axis));
}

void validate(const MeanSquaredError& value) { check_reduction(value.reduction); }
void validate(const MeanAbsoluteError& value) { check_reduction(value.reduction); }
void validate(const MeanAbsolutePercentageError& value) { check_reduction(value.reduction); }
void validate(const MeanSquaredLogarithmicError& value) { check_reduction(value.reduction); }
void validate(const Huber& value) {
  check_reduction(value.reduction);
  if (value.delta > 0) return;
  throw ArgumentError("Expected a delta of Huber that is positive. Received: delta=" + repr(value.delta));
}
void validate(const LogCosh& value) { check_reduction(value.reduction); }
void validate(const CosineSimilarity& value) { check_reduction(value.reduction); }

}  // namespace sumi
