#include "losses/common.hpp"

#include <algorithm>
#include <vector>

#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi {

void check_reduction(const std::string& reduction) {
  const std::vector<std::string> known = {"sum_over_batch_size", "mean", "sum", "mean_with_sample_weight"};
  if (std::find(known.begin(), known.end(), reduction) != known.end()) return;
  throw ArgumentError("Invalid value for argument `reduction`. Expected one of " + join(known) +
                      ". Received: reduction=" + reduction);
}

void check_label_smoothing(double label_smoothing) {
  if (label_smoothing >= 0 && label_smoothing <= 1) return;
  throw ArgumentError("Expected label_smoothing in [0, 1]. Received: label_smoothing=" + repr(label_smoothing));
}

Value same_shape(Lowering& ops, const char* loss, Value y_true, Value y_pred) {
  const Shape &expected = ops.shape(y_pred), &received = ops.shape(y_true);
  if (received == expected) return y_true;
  Shape longer = received.size() < expected.size() ? received : expected;
  longer.push_back(1);
  if (longer == (received.size() < expected.size() ? expected : received)) return ops.reshape(y_true, expected);
  throw ShapeError(std::string(loss) + ": y_true and y_pred must have the same shape. Received: y_true of shape " +
                   to_string(received) + ", y_pred of shape " + to_string(expected) + ".");
}

Value with_axis_last(Lowering& ops, const char* loss, Value value, int axis) {
  const int rank = static_cast<int>(ops.shape(value).size());
  const int moved = axis < 0 ? axis + rank : axis;
  if (moved < 1 || moved >= rank) {
    throw ArgumentError(std::string(loss) + ": expected an axis of y_pred, not the batch's. Received: axis=" +
                        std::to_string(axis) + ", y_pred of shape " + to_string(ops.shape(value)) + ".");
  }
  if (moved == rank - 1) return value;
  std::vector<int> axes;
  for (int i = 0; i < rank; ++i) {
    if (i != moved) axes.push_back(i);
  }
  axes.push_back(moved);
  return ops.transpose(value, axes);
}

}  // namespace sumi
