// What is reported beside the loss. Formulas and names: Keras 3, keras/src/metrics.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sumi/spec.hpp"

namespace sumi {

/// One batch as a metric sees it; arrays are row-major.
struct MetricBatch {
  std::span<const float> y_true;
  std::span<const float> y_pred;
  const Shape& true_shape;
  const Shape& pred_shape;
  /// One weight a sample; empty where all count the same.
  std::span<const float> sample_weight;
};

/// Whether a larger value of the metric is better, for callbacks that watch it.
enum class Direction { down, up };

namespace detail {
class MetricInterface : public SpecInterface {
 public:
  virtual std::shared_ptr<MetricInterface> clone() const = 0;
  virtual std::string name() const = 0;
  virtual Direction direction() const = 0;
  virtual std::size_t state_doubles() const = 0;
  virtual void update_state(const MetricBatch& batch, std::span<double> state) const = 0;
  virtual double result_of(std::span<const double> state) const = 0;
};
}  // namespace detail

/// An aggregate T with `T::class_name`, `std::string name`, `fields(T&, Fields&)`, `state_size(const T&) ->
/// std::size_t` (doubles, all 0 after a reset), `update(const T&, const MetricBatch&, std::span<double> state)` and
/// `result(const T&, std::span<const double> state) -> double`. Optional: `static constexpr Direction direction`.
template <class T>
concept MetricSpec = requires(T value, const T constant, Fields& f, const MetricBatch& batch, std::span<double> state) {
  T::class_name;
  { value.name } -> std::convertible_to<std::string>;
  fields(value, f);
  { state_size(constant) } -> std::convertible_to<std::size_t>;
  update(constant, batch, state);
  { result(constant, std::span<const double>{}) } -> std::convertible_to<double>;
};

/// Any metric: an object, or a string as Keras spells it ("accuracy", "acc", "mse"), which is then also its name.
class Metric : public Spec<Metric, detail::MetricInterface> {
 public:
  static constexpr const char* spec_kind = "metrics";
  Metric(const char* identifier) : Metric(from_identifier(identifier)) {}  // NOLINT(google-explicit-constructor)
  template <MetricSpec T>
  Metric(T value) : Spec(std::make_shared<Model<T>>(std::move(value))) {  // NOLINT(google-explicit-constructor)
    if constexpr (requires(const T& t) { validate(t); }) validate(*this->template as<const T>());
  }
  /// Throws ArgumentError that lists the known identifiers.
  static Metric from_identifier(std::string_view identifier);
  /// Whether sumi itself has a class of that name.
  static bool is_built_in(std::string_view class_name);
  /// The string that it was made of, empty otherwise.
  const std::string& identifier() const { return identifier_; }
  /// What it is called in logs: the string that it was made of, or the object's own name.
  std::string name() const { return identifier_.empty() ? (*this)->name() : identifier_; }

 private:
  template <class T>
  class Model final : public SpecModel<detail::MetricInterface, T> {
   public:
    using SpecModel<detail::MetricInterface, T>::SpecModel;
    std::shared_ptr<detail::MetricInterface> clone() const override { return std::make_shared<Model>(this->value_); }
    std::string name() const override { return this->value_.name; }
    Direction direction() const override {
      if constexpr (requires { T::direction; }) return T::direction;
      return Direction::down;
    }
    std::size_t state_doubles() const override { return state_size(this->value_); }
    void update_state(const MetricBatch& batch, std::span<double> state) const override {
      update(this->value_, batch, state);
    }
    double result_of(std::span<const double> state) const override { return result(this->value_, state); }
  };

  std::string identifier_;
};

/// Registers a user's metric, so that configurations can name it.
void register_metric(std::string class_name, Metric default_value);

/// Keras's metric classes. The strings "accuracy" and "acc" choose among the accuracies by the shapes of each batch:
/// binary where y_pred has one column, sparse where y_true has no column of its own, else categorical.
namespace metrics {

/// How often the largest of y_pred's last axis (the first of equals) is the class that y_true numbers. y_true: the
/// shape of y_pred without its last dimension, or with that 1.
struct SparseCategoricalAccuracy {
  static constexpr const char* class_name = "SparseCategoricalAccuracy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::up;
  std::string name = "sparse_categorical_accuracy";
};
/// How often the largest of y_pred's last axis stands where the largest of y_true's does. Equal shapes.
struct CategoricalAccuracy {
  static constexpr const char* class_name = "CategoricalAccuracy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::up;
  std::string name = "categorical_accuracy";
};
/// How often y_true (0 or 1) says whether y_pred > threshold. Equal shapes, but for a last dimension of 1.
struct BinaryAccuracy {
  static constexpr const char* class_name = "BinaryAccuracy";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::up;
  std::string name = "binary_accuracy";
  double threshold = 0.5;
};
/// Mean of (y_pred - y_true)^2. Equal shapes, but for a last dimension of 1.
struct MeanSquaredError {
  static constexpr const char* class_name = "MeanSquaredError";
  static constexpr bool mean_over_samples = true;
  std::string name = "mean_squared_error";
};
/// Mean of |y_pred - y_true|. Equal shapes, but for a last dimension of 1.
struct MeanAbsoluteError {
  static constexpr const char* class_name = "MeanAbsoluteError";
  static constexpr bool mean_over_samples = true;
  std::string name = "mean_absolute_error";
};

void fields(SparseCategoricalAccuracy& value, Fields& f);
void fields(CategoricalAccuracy& value, Fields& f);
void fields(BinaryAccuracy& value, Fields& f);
void fields(MeanSquaredError& value, Fields& f);
void fields(MeanAbsoluteError& value, Fields& f);
/// Throw ShapeError where y_true and y_pred don't fit together.
void update(const SparseCategoricalAccuracy& metric, const MetricBatch& batch, std::span<double> state);
void update(const CategoricalAccuracy& metric, const MetricBatch& batch, std::span<double> state);
void update(const BinaryAccuracy& metric, const MetricBatch& batch, std::span<double> state);
void update(const MeanSquaredError& metric, const MetricBatch& batch, std::span<double> state);
void update(const MeanAbsoluteError& metric, const MetricBatch& batch, std::span<double> state);

/// All of these are means over samples: their state is a weighted sum and the sum of the weights.
template <class T>
concept MeanOverSamples = T::mean_over_samples;
template <MeanOverSamples T>
std::size_t state_size(const T& /*metric*/) {
  return 2;
}
template <MeanOverSamples T>
double result(const T& /*metric*/, std::span<const double> state) {
  return state[1] == 0 ? 0.0 : state[0] / state[1];
}

}  // namespace metrics

}  // namespace sumi
