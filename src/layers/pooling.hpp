// What the poolings of each kind have in common: all but the op.
#pragma once

#include "core/text.hpp"
#include "layers/common.hpp"
#include "sumi/error.hpp"

namespace sumi::layers {

template <class Pool>
Size2 pool_strides(const Pool& layer) {
  return layer.strides.value_or(layer.pool_size);
}

template <class Pool>
Shape pool_shape(const Pool& layer, const Shape& input) {
  expect_rank(input, Rank::exactly, 4, label(layer));
  Image image(input, layer.data_format);
  const Size2 size = layer.pool_size, strides = pool_strides(layer);
  image.height = window_count(image.height, size.height, strides.height, 1, layer.padding);
  image.width = window_count(image.width, size.width, strides.width, 1, layer.padding);
  if (image.height == 0 || image.width == 0) {
    throw ShapeError("Computed output size would be zero or negative. Received: `inputs.shape=" + to_string(input) +
                     "`, `pool_size=" + to_string(size) + "`, `strides=" + to_string(strides) +
                     "`, `padding=" + layer.padding.name() + "`.");
  }
  return image.shape(layer.data_format);
}

template <class Pool>
void pool_fields(Pool& layer, Fields& f) {
  base_fields(layer, f);
  f("pool_size", layer.pool_size);
  f("padding", layer.padding);
  // Keras writes the strides that absent ones stand for.
  const Size2 before = pool_strides(layer);
  std::optional<Size2> strides = before;
  f("strides", strides);
  if (strides != before) layer.strides = strides ? OptionalSize2(*strides) : OptionalSize2();
  f("data_format", layer.data_format);
}

template <class Pool>
void validate_pool(const Pool& layer) {
  expect_positive("pool_size", layer.pool_size);
  expect_positive("strides", pool_strides(layer));
}

/// Lowering's max_pool2d or avg_pool2d.
using PoolOp = Value (Lowering::*)(Value, Size2, Size2, Padding);

/// The layer's input as an image with channels last, of height 1 where it is a sequence.
template <class Pool>
Value input_image(const Pool& layer, Lowering& ops) {
  const Value x = ops.input();
  return ops.shape(x).size() == 4 ? to_channels_last(ops, x, layer.data_format)
                                  : sequence_to_image(ops, x, layer.data_format);
}

template <class Pool>
int sequence_strides(const Pool& layer) {
  return layer.strides.value_or(layer.pool_size);
}

template <class Pool>
Shape sequence_pool_shape(const Pool& layer, const Shape& input) {
  expect_rank(input, Rank::exactly, 3, label(layer));
  const int size = layer.pool_size, strides = sequence_strides(layer);
  const std::size_t axis = layer.data_format.channels_first() ? 2 : 1;
  Shape result = input;
  result[axis] = window_count(input[axis], size, strides, 1, layer.padding);
  if (result[axis] == 0) {
    throw ShapeError("Computed output size would be zero or negative. Received: `inputs.shape=" + to_string(input) +
                     "`, `pool_size=" + to_string(Shape{size}) + "`, `strides=" + to_string(Shape{strides}) +
                     "`, `padding=" + layer.padding.name() + "`.");
  }
  return result;
}

template <class Pool>
void lower_sequence_pool(const Pool& layer, Lowering& ops, PoolOp pool) {
  const Value x = sequence_to_image(ops, ops.input(), layer.data_format);
  const Value y = (ops.*pool)(x, {1, layer.pool_size}, {1, sequence_strides(layer)}, layer.padding);
  ops.output(image_to_sequence(ops, y, layer.data_format));
}

template <class Pool>
void sequence_pool_fields(Pool& layer, Fields& f) {
  base_fields(layer, f);
  single_field("pool_size", layer.pool_size, f);
  f("padding", layer.padding);
  const std::optional<int> before = sequence_strides(layer);
  std::optional<int> strides = before;
  single_field("strides", strides, f);
  if (strides != before) layer.strides = strides;
  f("data_format", layer.data_format);
}

template <class Pool>
void validate_sequence_pool(const Pool& layer) {
  expect_positive("pool_size", layer.pool_size);
  expect_positive("strides", sequence_strides(layer));
}

/// rank: 4 for images, 3 for sequences.
template <class Pool>
Shape global_pool_shape(const Pool& layer, const Shape& input, std::size_t rank) {
  expect_rank(input, Rank::exactly, rank, label(layer));
  const std::size_t axis = layer.data_format.channels_first() ? 1 : rank - 1;
  if (!layer.keepdims) return {input[0], input[axis]};
  Shape result(rank, 1);
  result[0] = input[0];
  result[axis] = input[axis];
  return result;
}

template <class Pool>
void lower_global_pool(const Pool& layer, Lowering& ops, PoolOp pool) {
  const Value x = input_image(layer, ops);
  const Size2 whole(static_cast<int>(ops.shape(x)[1]), static_cast<int>(ops.shape(x)[2]));
  ops.output(ops.reshape((ops.*pool)(x, whole, whole, "valid"), output_shape(layer, ops.shape(ops.input()))));
}

template <class Pool>
void global_pool_fields(Pool& layer, Fields& f) {
  base_fields(layer, f);
  f("data_format", layer.data_format);
  f("keepdims", layer.keepdims);
}

}  // namespace sumi::layers
