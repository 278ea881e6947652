// What the layers have in common that change images at random in training.
#pragma once

#include <initializer_list>
#include <string>

#include "layers/common.hpp"

namespace sumi::layers {

/// The bounds that an argument means: two numbers in order, or one number and its negative, which ends at `least`.
Interval bounds_of(const Numbers& factor, double least);

/// `(0.1, 0.2)`, or None.
std::string tuple_text(const std::vector<double>& values);

/// A factor that Keras writes as its bounds.
template <class T>
void bounds_field(Fields& f, const char* name, T& factor, double least) {
  const Interval bounds = bounds_of(factor, least);
  factor = Numbers(bounds.lower, bounds.upper);
  f(name, factor);
}

/// Throws ArgumentError, which begins with `rule`, unless there are one or two numbers in [lower, upper]; the lower
/// bound itself is out where `open`.
void expect_factor(const std::string& rule, const char* argument, const Numbers& factor, double lower, double upper,
                   bool open = false);

/// Throws ArgumentError unless the word is one of these.
void expect_word(const char* argument, const std::string& word, std::initializer_list<const char*> words);

/// Throws ShapeError unless it is the shape of an image batch.
void expect_images(const Shape& input);

/// What fill_mode, interpolation and fill_value say.
RandomAffineArguments filling(const std::string& fill_mode, const std::string& interpolation, double fill_value);

/// Throws ArgumentError where the layer's fill_mode or interpolation is unknown.
template <class T>
void validate_filling(const T& layer) {
  expect_word("fill_mode", layer.fill_mode, {"reflect", "wrap", "constant", "nearest"});
  expect_word("interpolation", layer.interpolation, {"nearest", "bilinear"});
}

/// Name, trainable and data_format, which come first in every configuration of these layers.
template <class T>
void image_fields(T& layer, Fields& f) {
  base_fields(layer, f);
  f("data_format", layer.data_format);
  f.fixed("bounding_box_format", std::nullopt, false);
}

/// In training the layer's output is change(images), channels last; otherwise its input.
template <class Change>
void lower_change(Lowering& ops, DataFormat format, Change change) {
  if (!ops.training()) return ops.output(ops.input());
  ops.output(from_channels_last(ops, change(to_channels_last(ops, ops.input(), format)), format));
}

}  // namespace sumi::layers
