// What the sources of the layers share: checks in Keras's words, window arithmetic, and both data formats.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/naming.hpp"
#include "sumi/fields.hpp"
#include "sumi/lowering.hpp"
#include "sumi/values.hpp"

namespace sumi::layers {

/// The layer's name for messages: its own, or what it would be called.
template <class T>
std::string label(const T& layer) {
  return layer.name.empty() ? to_snake_case(T::class_name) : layer.name;
}

/// Name and trainable, which come first in every configuration.
template <class T>
void base_fields(T& layer, Fields& f) {
  f("name", layer.name);
  f("trainable", layer.trainable);
}

/// "ndim" or "min_ndim", as Keras's input checks have it.
enum class Rank { exactly, at_least };

/// Throws ShapeError where the rank doesn't fit.
void expect_rank(const Shape& input, Rank kind, std::size_t rank, const std::string& layer);

/// Throws ArgumentError unless the number is above 0, or both numbers are.
void expect_positive(const char* argument, int value);
void expect_positive(const char* argument, Size2 value);

/// Image dimensions of a shape (N, H, W, C) or (N, C, H, W).
struct Image {
  std::int64_t batch, height, width, channels;

  Image(const Shape& shape, DataFormat format);
  Shape shape(DataFormat format) const;
};

/// How many positions a window has along `size` (None stays None). Not positive where the window does not fit.
std::int64_t window_count(std::int64_t size, int window, int stride, int dilation, Padding padding);

/// The shape of what a function makes of an array of this shape. Throws ShapeError where it takes none such.
Shape activated(Shape shape, const ActivationFunction& function);

/// Axes as Keras writes those of a built layer: a list, in order; and back. Throws ArgumentError for too large numbers.
std::vector<std::int64_t> axis_list(const Axes& axes);
Axes axes_of(const std::vector<std::int64_t>& list);

/// An axis counted from the front. Throws ShapeError for one that the input lacks, and for the batch.
std::size_t feature_axis(int axis, const Shape& input, const std::string& layer);

/// Throws ArgumentError for what can't be added to a variance.
void expect_epsilon(double epsilon);

/// The image as ops take it, and back as the layer gives it out.
Value to_channels_last(Lowering& ops, Value image, DataFormat format);
Value from_channels_last(Lowering& ops, Value image, DataFormat format);

}  // namespace sumi::layers
