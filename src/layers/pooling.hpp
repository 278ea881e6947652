// What MaxPooling2D and AveragePooling2D have in common: all but the op.
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

}  // namespace sumi::layers
