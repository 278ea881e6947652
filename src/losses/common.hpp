// What the losses share: their common fields, the shapes of labels, axes.
#pragma once

#include <string>

#include "sumi/loss.hpp"

namespace sumi {

/// The two fields that every loss has first.
template <class T>
void common_fields(T& value, Fields& f) {
  f("name", value.name);
  f("reduction", value.reduction);
}

/// Throws ArgumentError for a reduction that Keras doesn't know, or that leaves more than one number.
void check_reduction(const std::string& reduction);
/// Throws ArgumentError outside of [0, 1].
void check_label_smoothing(double label_smoothing);

/// y_true under y_pred's shape: Keras adds or drops a last dimension of 1.
Value same_shape(Lowering& ops, const char* loss, Value y_true, Value y_pred);
/// A value with an axis moved behind the others. Throws ArgumentError where there is no such axis besides the batch's.
Value with_axis_last(Lowering& ops, const char* loss, Value value, int axis);

/// The values of a loss of pairs.
template <class T>
Value pointwise(const T& loss, PointwiseLossKind kind, Lowering& ops, Value y_true, Value y_pred,
                const LossArguments& arguments = {}) {
  return ops.pointwise_loss(kind, same_shape(ops, loss.class_name, y_true, y_pred), y_pred, arguments);
}

}  // namespace sumi
