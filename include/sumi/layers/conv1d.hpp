// One-dimensional convolution.
#pragma once

#include <string>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Padding, or "causal": zeros in front only, so that no output sees what comes after it.
class SequencePadding {
 public:
  /// Throws ArgumentError for any other name.
  SequencePadding(std::string_view name);                                         // NOLINT(google-explicit-constructor)
  SequencePadding(const char* name) : SequencePadding(std::string_view(name)) {}  // NOLINT(google-explicit-constructor)
  operator Padding() const { return padding_; }                                   // NOLINT(google-explicit-constructor)
  friend bool operator==(const SequencePadding&, const SequencePadding&) = default;

 private:
  Padding padding_ = "valid";
};

/// Cross-correlation of sequences with trained kernels, plus bias, then an activation.
/// Input (N, L, C), output (N, L', filters); channels second in both for "channels_first". Weights: kernel (length,
/// C / groups, filters) and bias (filters).
struct Conv1D {
  static constexpr const char* class_name = "Conv1D";
  /// Number of output channels, a multiple of groups.
  Required<int> filters;
  /// Length of the kernel.
  Required<int> kernel_size;
  /// Steps of the window; more than 1 only without dilation.
  int strides = 1;
  /// "valid", "same" (zeros at both ends, so that stride 1 keeps the length) or "causal".
  SequencePadding padding = "valid";
  DataFormat data_format = "channels_last";
  /// Distance between the cells of the kernel.
  int dilation_rate = 1;
  /// Input channels are split into so many groups, each with its own share of the filters.
  int groups = 1;
  ActivationFunction activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  /// Penalty on the output, divided by the batch size.
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  std::string name = {};
  bool trainable = true;
};

Shape output_shape(const Conv1D& layer, const Shape& input);
void lower(const Conv1D& layer, Lowering& ops);
void fields(Conv1D& layer, Fields& f);
/// Throws ArgumentError for sizes that are not positive, filters that groups don't divide, or strides with dilation.
void validate(const Conv1D& layer);

}  // namespace sumi
