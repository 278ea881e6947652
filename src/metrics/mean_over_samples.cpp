#include "metrics/mean_over_samples.hpp"

#include <algorithm>
#include <string>

#include "sumi/error.hpp"

namespace sumi::metrics {
namespace {

[[noreturn]] void refuse(const char* metric, const MetricBatch& batch, const char* expected) {
  const std::string weights = batch.weight_shape.empty()
                                  ? std::to_string(batch.sample_weight.size()) + " sample weights."
                                  : "sample weights of shape " + to_string(batch.weight_shape) + ".";
  throw ShapeError(std::string(metric) + ": expected " + expected + ". Received: y_true of shape " +
                   to_string(batch.true_shape) + ", y_pred of shape " + to_string(batch.pred_shape) + ", " + weights);
}

bool starts_with(const Shape& shape, const Shape& prefix, std::size_t dimensions) {
  return std::equal(prefix.begin(), prefix.begin() + static_cast<std::ptrdiff_t>(dimensions), shape.begin());
}

/// Whether weights stand against the first dimensions of y_pred: one for each, or one for all.
bool weights_fit(const MetricBatch& batch, const Extent& extent) {
  const Shape& shape = batch.weight_shape;
  if (batch.sample_weight.empty()) return true;
  if (shape.empty()) return batch.sample_weight.size() == extent.samples;
  bool fits = shape.size() <= extent.dimensions;
  for (std::size_t i = 0; fits && i < shape.size(); ++i) fits = shape[i] == 1 || shape[i] == batch.pred_shape[i];
  return fits;
}

/// The extent where y_pred's first `dimensions` dimensions count values and the others columns.
Extent extent_of(const char* metric, const MetricBatch& batch, std::size_t dimensions) {
  const Shape& shape = batch.pred_shape;
  Extent extent{static_cast<std::size_t>(shape[0]), 1, 1, dimensions};
  for (std::size_t i = 1; i < dimensions; ++i) extent.values *= static_cast<std::size_t>(shape[i]);
  for (std::size_t i = dimensions; i < shape.size(); ++i) extent.columns *= static_cast<std::size_t>(shape[i]);
  if (!weights_fit(batch, extent)) refuse(metric, batch, "one weight for each sample");
  return extent;
}

}  // namespace

Extent element_wise(const char* metric, const MetricBatch& batch) {
  const Shape& shorter = batch.true_shape.size() < batch.pred_shape.size() ? batch.true_shape : batch.pred_shape;
  const Shape& longer = &shorter == &batch.true_shape ? batch.pred_shape : batch.true_shape;
  const std::size_t rank = shorter.size();
  const bool same_rank = longer.size() == rank, one_more = longer.size() == rank + 1 && longer.back() == 1;
  if (rank == 0 || !(same_rank || one_more) || !starts_with(longer, shorter, rank)) {
    refuse(metric, batch, "y_true of the shape of y_pred, but for a last dimension of 1");
  }
  return extent_of(metric, batch, batch.pred_shape.size());
}

Extent row_wise(const char* metric, const MetricBatch& batch, bool sparse) {
  const std::size_t rank = batch.pred_shape.size(), true_rank = batch.true_shape.size();
  if (!sparse && (rank < 2 || batch.true_shape != batch.pred_shape)) {
    refuse(metric, batch, "y_true and y_pred of one shape of at least two dimensions");
  }
  const bool column = true_rank == rank && batch.true_shape.back() == 1;
  if (sparse &&
      (rank < 2 || !(column || true_rank + 1 == rank) || !starts_with(batch.pred_shape, batch.true_shape, rank - 1))) {
    refuse(metric, batch, "class numbers y_true of the shape of y_pred without its last dimension, or with that 1");
  }
  return extent_of(metric, batch, rank - 1);
}

Extent of_predictions(const char* metric, const MetricBatch& batch) {
  if (batch.pred_shape.empty()) refuse(metric, batch, "values of at least one dimension");
  return extent_of(metric, batch, batch.pred_shape.size());
}

std::size_t SampleWeights::broadcast(std::size_t i) const {
  const Shape& shape = batch_.weight_shape;
  // The part of the index that counts in the dimensions that the weights have, then those one by one from behind.
  for (std::size_t d = extent_.dimensions; d > shape.size(); --d) {
    i /= static_cast<std::size_t>(batch_.pred_shape[d - 1]);
  }
  std::size_t index = 0, stride = 1;
  for (std::size_t d = shape.size(); d > 0; --d) {
    const auto size = static_cast<std::size_t>(batch_.pred_shape[d - 1]);
    if (shape[d - 1] != 1) {
      index += i % size * stride;
      stride *= size;
    }
    i /= size;
  }
  return index;
}

}  // namespace sumi::metrics
