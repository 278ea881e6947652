// The small types of which layers' arguments are made: they accept what a Keras user would write and refuse the rest at
// once.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sumi/error.hpp"
#include "sumi/shape.hpp"

namespace sumi {

/// An argument without a default: leaving it out does not compile.
template <class T>
class Required {
 public:
  Required(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor): `.filters = 32`

  /// Anything from which a T is made: `.kernel_size = 3`, `.kernel_size = {3, 5}`.
  template <class U>
  requires(std::is_convertible_v<U, T> && !std::is_same_v<std::remove_cvref_t<U>, T> &&
           !std::is_same_v<std::remove_cvref_t<U>, Required>)
      // NOLINTNEXTLINE(google-explicit-constructor,bugprone-forwarding-reference-overload)
      Required(U&& value)
      : value_(std::forward<U>(value)) {}

  /// Several dimensions, for Required<Shape>: `.shape = {28, 28, 1}`.
  Required(std::initializer_list<std::int64_t> values) requires std::is_same_v<T, Shape> : value_(values) {}

  /// Two numbers, for Required<Size2>.
  template <class A, class B>
  requires(std::is_constructible_v<T, A, B> && !std::is_same_v<T, Shape>) Required(A first, B second)
      : value_(first, second) {}

  operator const T&() const { return value_; }  // NOLINT(google-explicit-constructor): it is used as a T
  const T& get() const { return value_; }
  T& get() { return value_; }

  friend bool operator==(const Required&, const Required&) = default;

 private:
  T value_;
};

/// Height and width; one number means both.
struct Size2 {
  int height = 1;
  int width = 1;

  Size2() = default;
  Size2(int both) : height(both), width(both) {}  // NOLINT(google-explicit-constructor): `.kernel_size = 3`
  Size2(int height_, int width_) : height(height_), width(width_) {}

  friend bool operator==(const Size2&, const Size2&) = default;
};

/// A Size2, or none: `.strides = 2`, `.strides = {2, 3}`.
struct OptionalSize2 : std::optional<Size2> {
  using std::optional<Size2>::optional;
  OptionalSize2() = default;
  OptionalSize2(int height, int width) : std::optional<Size2>(Size2(height, width)) {}
};

/// What is added or cut off before and after an axis; one number means both.
struct Ends {
  int before = 0;
  int after = 0;

  Ends() = default;
  Ends(int both) : before(both), after(both) {}  // NOLINT(google-explicit-constructor): `.padding = {1, {0, 2}}`
  Ends(int before_, int after_) : before(before_), after(after_) {}

  friend bool operator==(const Ends&, const Ends&) = default;
};

/// The four margins of an image: `.padding = 1`, `.padding = {1, 2}` (height, width), `.padding = {{1, 0}, {0, 2}}`.
struct Margins {
  Ends height;
  Ends width;

  Margins() = default;
  Margins(int all) : height(all), width(all) {}  // NOLINT(google-explicit-constructor): `.padding = 1`
  Margins(Ends height_, Ends width_) : height(height_), width(width_) {}

  friend bool operator==(const Margins&, const Margins&) = default;
};

/// What stands around an image while a window slides over it: "valid" (nothing) or "same" (zeros, so that stride 1
/// keeps the size).
class Padding {
 public:
  /// Case-insensitive. Throws ArgumentError for anything but "valid" and "same".
  Padding(std::string_view name);                                 // NOLINT(google-explicit-constructor)
  Padding(const char* name) : Padding(std::string_view(name)) {}  // NOLINT(google-explicit-constructor)
  /// Zeros only in front, as many as the window is long less one: what Conv1D calls "causal".
  static Padding causal();
  bool same() const { return kind_ == Kind::same; }
  bool is_causal() const { return kind_ == Kind::causal; }
  const char* name() const { return same() ? "same" : is_causal() ? "causal" : "valid"; }
  friend bool operator==(const Padding&, const Padding&) = default;

 private:
  enum class Kind { valid, same, causal };
  Kind kind_ = Kind::valid;
};

/// Where the channels of an image stand: "channels_last" (N, H, W, C) or "channels_first" (N, C, H, W).
class DataFormat {
 public:
  /// Throws ArgumentError for any other name.
  DataFormat(std::string_view name);                                    // NOLINT(google-explicit-constructor)
  DataFormat(const char* name) : DataFormat(std::string_view(name)) {}  // NOLINT(google-explicit-constructor)
  bool channels_first() const { return first_; }
  const char* name() const { return first_ ? "channels_first" : "channels_last"; }
  friend bool operator==(const DataFormat&, const DataFormat&) = default;

 private:
  bool first_ = false;
};

/// Functions that a layer can apply to its output, under Keras's names: element by element, or (the last four) along
/// the last axis.
enum class ActivationKind {
  linear,
  relu,
  relu6,
  leaky_relu,
  elu,
  selu,
  celu,
  gelu,
  gelu_tanh,
  silu,
  sigmoid,
  tanh,
  exponential,
  softplus,
  softsign,
  hard_sigmoid,
  hard_silu,
  hard_tanh,
  mish,
  log_sigmoid,
  squareplus,
  soft_shrink,
  hard_shrink,
  tanh_shrink,
  threshold,
  sparse_plus,
  sparse_sigmoid,
  softmax,
  log_softmax,
  glu,
  sparsemax,
};

/// Extra numbers of an activation; each kind reads those it knows.
struct ActivationArguments {
  double negative_slope = 0.0;        ///< relu, leaky_relu
  std::optional<double> max_value{};  ///< relu
  double threshold = 0.0;             ///< relu, threshold, soft_shrink, hard_shrink
  double alpha = 1.0;                 ///< elu, celu; squareplus uses it as b
  double default_value = 0.0;         ///< threshold: what stands in for values up to it
  friend bool operator==(const ActivationArguments&, const ActivationArguments&) = default;
};

/// An activation by its Keras name, aliases included ("swish", "hard_swish"), or with arguments:
/// `{ActivationKind::leaky_relu, {.negative_slope = 0.1}}`. Absent means linear.
class ActivationFunction {
 public:
  ActivationFunction() = default;
  /// Throws ArgumentError that names the nearest one, or lists all.
  ActivationFunction(std::string_view name);  // NOLINT(google-explicit-constructor)
  // NOLINTNEXTLINE(google-explicit-constructor)
  ActivationFunction(const char* name) : ActivationFunction(std::string_view(name)) {}
  /// With the arguments that Keras's function of that name has by default.
  ActivationFunction(ActivationKind kind);  // NOLINT(google-explicit-constructor)
  ActivationFunction(ActivationKind kind, const ActivationArguments& arguments) : kind_(kind), arguments_(arguments) {}
  ActivationKind kind() const { return kind_; }
  const ActivationArguments& arguments() const { return arguments_; }
  /// Keras's name of the function.
  const char* name() const;
  /// The name, and the arguments that are not Keras's defaults: `leaky_relu(negative_slope=0.1)`.
  std::string text() const;
  friend bool operator==(const ActivationFunction&, const ActivationFunction&) = default;

 private:
  ActivationKind kind_ = ActivationKind::linear;
  ActivationArguments arguments_;
};

/// The axes of a reduction: one number or several.
class Axes {
 public:
  Axes(int axis) : axes_{axis} {}                          // NOLINT(google-explicit-constructor): `.axis = 0`
  Axes(std::vector<int> axes) : axes_(std::move(axes)) {}  // NOLINT(google-explicit-constructor)
  Axes(std::initializer_list<int> axes) : axes_(axes) {}
  const std::vector<int>& values() const { return axes_; }
  std::vector<int>& values() { return axes_; }
  friend bool operator==(const Axes&, const Axes&) = default;

 private:
  std::vector<int> axes_;
};

/// None, one number or several: `.factor = 0.2`, `.factor = {-0.2, 0.3}`.
class Numbers {
 public:
  Numbers() = default;
  Numbers(double number) : values_{number} {}                          // NOLINT(google-explicit-constructor)
  Numbers(std::vector<double> values) : values_(std::move(values)) {}  // NOLINT(google-explicit-constructor)
  Numbers(double first, double second) : values_{first, second} {}
  Numbers(std::initializer_list<double> values) : values_(values) {}
  const std::vector<double>& values() const { return values_; }
  friend bool operator==(const Numbers&, const Numbers&) = default;

 private:
  std::vector<double> values_;
};

/// A random seed, or none: then one is drawn from the global seed (set_random_seed).
using Seed = std::optional<std::int64_t>;

}  // namespace sumi
