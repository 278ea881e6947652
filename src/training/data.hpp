// The caller's arrays: checked once, before anything is trained, then gathered batch by batch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sumi/array.hpp"
#include "sumi/shape.hpp"

namespace sumi::training {

/// Copies the given samples of `data`, one after the other, as floats.
void gather(const ArrayView& data, std::span<const std::int64_t> samples, float* out);

/// The shape of a sample as a model with this input (batch first, None where open) takes it: a missing or extra last
/// dimension of 1 is added or dropped. Throws ShapeError where it doesn't fit.
Shape fit_to_input(const ArrayView& x, const Shape& model_input, const std::string& model_name);

/// Throws ArgumentError where x is empty, ShapeError where x and y (or the sample weights) have different numbers of
/// samples.
void check_counts(const ArrayView& x, const ArrayView& y, const ArrayView& sample_weight);

/// Throws ArgumentError where a float array holds NaN or infinity; says at which sample and element. `what`: "x", "y",
/// ...
void check_finite(const ArrayView& data, const std::string& what);

/// Throws ArgumentError where a label isn't a whole number in [0, classes), and isn't `ignored`: which label, at which
/// sample.
void check_labels(const ArrayView& y, std::int64_t classes, std::optional<std::int64_t> ignored);

/// Throws ShapeError where a sample of y has not as many elements as the loss wants for it.
void check_target_shape(const ArrayView& y, const Shape& wanted);

/// One weight a sample: sample_weight, or the weight of the sample's class, or empty where both are absent.
/// Throws ArgumentError where both are given or a class's weight is not finite, ShapeError where sample_weight is not
/// (N) or (N, 1).
std::vector<float> weights_of(const ArrayView& sample_weight, const std::map<int, double>& class_weight,
                              const ArrayView& y);

}  // namespace sumi::training
