// What the sources of the layers share: checks in Keras's words, window arithmetic, and both data formats.
#pragma once

#include <cstdint>
#include <optional>
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

/// A one-dimensional layer's number, which Keras writes as a list of one. Throws ArgumentError for longer ones.
void single_field(const char* name, int& value, Fields& f);
void single_field(const char* name, Required<int>& value, Fields& f);
void single_field(const char* name, std::optional<int>& value, Fields& f);

/// Throws ArgumentError, naming the entry, where a margin is below 0.
void expect_not_negative(const char* argument, const Margins& value);

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

/// A sequence (N, L, C), or (N, C, L), as images of height 1, and back.
Value sequence_to_image(Lowering& ops, Value sequence, DataFormat format);
Value image_to_sequence(Lowering& ops, Value image, DataFormat format);

/// Adds the bias of a layer that has one to the last axis.
template <class T>
Value add_bias(const T& layer, Lowering& ops, Value x) {
  if (!layer.use_bias) return x;
  return ops.add_bias(x, ops.weight("bias", {ops.shape(x).back()},
                                    {.initializer = layer.bias_initializer,
                                     .regularizer = layer.bias_regularizer,
                                     .constraint = layer.bias_constraint}));
}

/// Activation and penalty of what the layer gives out. Last, because a softmax goes over the last axis of that,
/// whichever it is.
template <class T>
void finish(const T& layer, Lowering& ops, Value x) {
  x = ops.activate(x, layer.activation);
  if (layer.activity_regularizer) ops.activity_penalty(layer.activity_regularizer, x);
  ops.output(x);
}

}  // namespace sumi::layers
