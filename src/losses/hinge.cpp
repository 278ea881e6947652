// Losses of predicted margins, as ops.
#include "sumi/losses/hinge.hpp"

#include "losses/common.hpp"

namespace sumi {

void fields(Hinge& value, Fields& f) { common_fields(value, f); }
void fields(SquaredHinge& value, Fields& f) { common_fields(value, f); }
void fields(CategoricalHinge& value, Fields& f) { common_fields(value, f); }

Value lower(const Hinge& loss, Lowering& ops, Value y_true, Value y_pred) {
  return pointwise(loss, PointwiseLossKind::hinge, ops, y_true, y_pred);
}
Value lower(const SquaredHinge& loss, Lowering& ops, Value y_true, Value y_pred) {
  return pointwise(loss, PointwiseLossKind::squared_hinge, ops, y_true, y_pred);
}
Value lower(const CategoricalHinge& loss, Lowering& ops, Value y_true, Value y_pred) {
  return ops.row_loss(RowLossKind::categorical_hinge, same_shape(ops, loss.class_name, y_true, y_pred), y_pred);
}

void validate(const Hinge& value) { check_reduction(value.reduction); }
void validate(const SquaredHinge& value) { check_reduction(value.reduction); }
void validate(const CategoricalHinge& value) { check_reduction(value.reduction); }

}  // namespace sumi
