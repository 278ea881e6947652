// Losses of predicted probabilities of classes, as ops.
#include "sumi/losses/crossentropy.hpp"

#include "core/text.hpp"
#include "losses/common.hpp"
#include "sumi/error.hpp"

namespace sumi {
namespace {

/// y_true and y_pred with the classes behind all other axes.
struct Operands {
  Value y_true, y_pred;
};
template <class T>
Operands by_class(const T& loss, Lowering& ops, Value y_true, Value y_pred) {
  return {with_axis_last(ops, loss.class_name, y_true, loss.axis),
          with_axis_last(ops, loss.class_name, y_pred, loss.axis)};
}

/// Labels moved towards one of `classes` equal ones.
Value smoothed(Lowering& ops, Value y_true, double smoothing, std::int64_t classes) {
  if (smoothing == 0.0) return y_true;
  return ops.affine(y_true, {1.0 - smoothing}, {smoothing / static_cast<double>(classes)});
}

template <class T>
Value binary(const T& loss, PointwiseLossKind kind, Lowering& ops, Value y_true, Value y_pred,
             LossArguments arguments) {
  arguments.from_logits = loss.from_logits;
  const Operands by = by_class(loss, ops, same_shape(ops, loss.class_name, y_true, y_pred), y_pred);
  return ops.pointwise_loss(kind, smoothed(ops, by.y_true, loss.label_smoothing, 2), by.y_pred, arguments);
}

void require_one_shape(const char* loss, const Lowering& ops, Value y_true, Value y_pred) {
  if (ops.shape(y_true) == ops.shape(y_pred)) return;
  throw ShapeError(std::string(loss) + ": y_true and y_pred must have the same shape. Received: y_true of shape " +
                   to_string(ops.shape(y_true)) + ", y_pred of shape " + to_string(ops.shape(y_pred)) +
                   "; for class numbers use SparseCategoricalCrossentropy.");
}

void check_focal(double alpha, double gamma) {
  if (alpha >= 0 && gamma >= 0) return;
  throw ArgumentError("Expected an alpha and a gamma of at least 0. Received: alpha=" + repr(alpha) +
                      ", gamma=" + repr(gamma));
}

}  // namespace

void fields(SparseCategoricalCrossentropy& value, Fields& f) {
  common_fields(value, f);
  f("from_logits", value.from_logits);
  f("ignore_class", value.ignore_class);
  f("axis", value.axis);
}
void fields(CategoricalCrossentropy& value, Fields& f) {
  common_fields(value, f);
  f("from_logits", value.from_logits);
  f("label_smoothing", value.label_smoothing);
  f("axis", value.axis);
}
void fields(BinaryCrossentropy& value, Fields& f) {
  common_fields(value, f);
  f("from_logits", value.from_logits);
  f("label_smoothing", value.label_smoothing);
  f("axis", value.axis);
}
void fields(BinaryFocalCrossentropy& value, Fields& f) {
  common_fields(value, f);
  f("from_logits", value.from_logits);
  f("label_smoothing", value.label_smoothing);
  f("axis", value.axis);
  f("apply_class_balancing", value.apply_class_balancing);
  f("alpha", value.alpha);
  f("gamma", value.gamma);
}
void fields(CategoricalFocalCrossentropy& value, Fields& f) {
  common_fields(value, f);
  f("from_logits", value.from_logits);
  f("label_smoothing", value.label_smoothing);
  f("axis", value.axis);
  f("alpha", value.alpha);
  f("gamma", value.gamma);
}

Value lower(const SparseCategoricalCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred) {
  const Shape received = ops.shape(y_true);
  Shape expected = ops.shape(y_pred);
  expected.pop_back();
  Shape with_column = expected;
  with_column.push_back(1);
  if (received != expected && received != with_column) {
    throw ShapeError(std::string(loss.class_name) + ": expected class numbers y_true of shape " + to_string(expected) +
                     " or " + to_string(with_column) + " for y_pred of shape " + to_string(ops.shape(y_pred)) +
                     ". Received: y_true of shape " + to_string(received) +
                     (received == ops.shape(y_pred) ? "; for one-hot labels use CategoricalCrossentropy." : "."));
  }
  return ops.cross_entropy(y_true, y_pred, true, loss.from_logits, 0.0, loss.ignore_class);
}
Value lower(const CategoricalCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred) {
  require_one_shape(loss.class_name, ops, y_true, y_pred);
  const Operands by = by_class(loss, ops, y_true, y_pred);
  return ops.cross_entropy(by.y_true, by.y_pred, false, loss.from_logits, loss.label_smoothing, {});
}
Value lower(const BinaryCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred) {
  return binary(loss, PointwiseLossKind::binary_cross_entropy, ops, y_true, y_pred, {});
}
Value lower(const BinaryFocalCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred) {
  LossArguments arguments{.gamma = loss.gamma};
  if (loss.apply_class_balancing) arguments.alpha = loss.alpha;
  return binary(loss, PointwiseLossKind::binary_focal_cross_entropy, ops, y_true, y_pred, arguments);
}
Value lower(const CategoricalFocalCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred) {
  require_one_shape(loss.class_name, ops, y_true, y_pred);
  const Operands by = by_class(loss, ops, y_true, y_pred);
  const Value labels = smoothed(ops, by.y_true, loss.label_smoothing, ops.shape(by.y_true).back());
  return ops.row_loss(RowLossKind::categorical_focal_cross_entropy, labels,
                      loss.from_logits ? ops.softmax(by.y_pred) : by.y_pred,
                      {.gamma = loss.gamma, .alpha = loss.alpha});
}

void validate(const SparseCategoricalCrossentropy& value) {
  check_reduction(value.reduction);
  if (value.axis == -1) return;
  throw ArgumentError("Only axis=-1 is currently supported. Received: axis=" + std::to_string(value.axis));
}
void validate(const CategoricalCrossentropy& value) {
  check_reduction(value.reduction);
  check_label_smoothing(value.label_smoothing);
}
void validate(const BinaryCrossentropy& value) {
  check_reduction(value.reduction);
  check_label_smoothing(value.label_smoothing);
}
void validate(const BinaryFocalCrossentropy& value) {
  check_reduction(value.reduction);
  check_label_smoothing(value.label_smoothing);
  check_focal(value.alpha, value.gamma);
}
void validate(const CategoricalFocalCrossentropy& value) {
  check_reduction(value.reduction);
  check_label_smoothing(value.label_smoothing);
  check_focal(value.alpha, value.gamma);
}

}  // namespace sumi
