// The built-in losses as ops, and losses by name.
#include "sumi/losses.hpp"

#include <algorithm>

#include "core/registry.hpp"

namespace sumi {
namespace {

Registry<Loss>& registry() {
  static Registry<Loss> losses("loss", {{SparseCategoricalCrossentropy{}},
                                        {CategoricalCrossentropy{}},
                                        {MeanSquaredError{}, {"mse", "MSE"}},
                                        {MeanAbsoluteError{}, {"mae", "MAE"}}});
  return losses;
}

void check_reduction(const std::string& reduction) {
  const std::vector<std::string> known = {"sum_over_batch_size", "mean", "sum", "mean_with_sample_weight"};
  if (std::find(known.begin(), known.end(), reduction) != known.end()) return;
  throw ArgumentError("Invalid value for argument `reduction`. Expected one of " + join(known) +
                      ". Received: reduction=" + reduction);
}

void check_axis(int axis) {
  if (axis == -1) return;
  throw ArgumentError("Expected the classes along the last axis, axis=-1. Received: axis=" + std::to_string(axis));
}

/// y_true under y_pred's shape: Keras adds or drops a last dimension of 1.
Value same_shape(Lowering& ops, const char* loss, Value y_true, Value y_pred) {
  const Shape &expected = ops.shape(y_pred), &received = ops.shape(y_true);
  if (received == expected) return y_true;
  Shape longer = received.size() < expected.size() ? received : expected;
  longer.push_back(1);
  if (longer == (received.size() < expected.size() ? expected : received)) return ops.reshape(y_true, expected);
  throw ShapeError(std::string(loss) + ": y_true and y_pred must have the same shape. Received: y_true of shape " +
                   to_string(received) + ", y_pred of shape " + to_string(expected) + ".");
}

}  // namespace

void fields(SparseCategoricalCrossentropy& value, Fields& f) {
  f("name", value.name);
  f("reduction", value.reduction);
  f("from_logits", value.from_logits);
  f("ignore_class", value.ignore_class);
  f("axis", value.axis);
}
void fields(CategoricalCrossentropy& value, Fields& f) {
  f("name", value.name);
  f("reduction", value.reduction);
  f("from_logits", value.from_logits);
  f("label_smoothing", value.label_smoothing);
  f("axis", value.axis);
}
void fields(MeanSquaredError& value, Fields& f) {
  f("name", value.name);
  f("reduction", value.reduction);
}
void fields(MeanAbsoluteError& value, Fields& f) {
  f("name", value.name);
  f("reduction", value.reduction);
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
  if (ops.shape(y_true) != ops.shape(y_pred)) {
    throw ShapeError(std::string(loss.class_name) +
                     ": y_true and y_pred must have the same shape. Received: y_true of shape " +
                     to_string(ops.shape(y_true)) + ", y_pred of shape " + to_string(ops.shape(y_pred)) +
                     "; for class numbers use SparseCategoricalCrossentropy.");
  }
  return ops.cross_entropy(y_true, y_pred, false, loss.from_logits, loss.label_smoothing, {});
}
Value lower(const MeanSquaredError& loss, Lowering& ops, Value y_true, Value y_pred) {
  return ops.squared_error(same_shape(ops, loss.class_name, y_true, y_pred), y_pred);
}
Value lower(const MeanAbsoluteError& loss, Lowering& ops, Value y_true, Value y_pred) {
  return ops.absolute_error(same_shape(ops, loss.class_name, y_true, y_pred), y_pred);
}

void validate(const SparseCategoricalCrossentropy& value) {
  check_reduction(value.reduction);
  check_axis(value.axis);
}
void validate(const CategoricalCrossentropy& value) {
  check_reduction(value.reduction);
  check_axis(value.axis);
  if (!(value.label_smoothing >= 0 && value.label_smoothing <= 1)) {
    throw ArgumentError("Expected label_smoothing in [0, 1]. Received: label_smoothing=" + repr(value.label_smoothing));
  }
}
void validate(const MeanSquaredError& value) { check_reduction(value.reduction); }
void validate(const MeanAbsoluteError& value) { check_reduction(value.reduction); }

Loss Loss::from_identifier(std::string_view identifier) {
  Loss loss = registry().find(identifier);
  loss.identifier_ = identifier;
  return loss;
}
bool Loss::is_built_in(std::string_view class_name) { return registry().is_built_in(class_name); }
void register_loss(std::string class_name, Loss default_value) {
  registry().add(std::move(class_name), std::move(default_value));
}

}  // namespace sumi
