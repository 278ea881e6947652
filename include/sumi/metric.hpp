// What is reported beside the loss.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

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
  /// Of sample_weight, where that is not one a sample: it stands against the first dimensions of the metric's values,
  /// 1 where a weight counts for all.
  Shape weight_shape = {};
};

/// Whether a larger value of the metric is better, for callbacks that watch it; `none` where that is not known.
enum class Direction { none, down, up };

namespace detail {
class MetricInterface : public SpecInterface {
 public:
  virtual std::shared_ptr<MetricInterface> clone() const = 0;
  virtual std::string name() const = 0;
  virtual void set_name(std::string name) = 0;
  virtual Direction direction() const = 0;
  virtual std::size_t state_doubles(const Shape& y_pred) const = 0;
  virtual void update_state(const MetricBatch& batch, std::span<double> state) const = 0;
  virtual double result_of(std::span<const double> state) const = 0;
};
}  // namespace detail

/// An aggregate T with `T::class_name`, `std::string name`, `fields(T&, Fields&)`, `state_size(const T&) ->
/// std::size_t` (doubles, all 0 after a reset; or `state_size(const T&, const Shape& y_pred)`), `update(const T&, const
/// MetricBatch&, std::span<double> state)` and `result(const T&, std::span<const double> state) -> double`. Optional:
/// `static constexpr Direction direction`. An empty name becomes Keras's automatic one in compile.
template <class T>
concept MetricSpec = requires(T value, const T constant, Fields& f, const MetricBatch& batch, std::span<double> state) {
  T::class_name;
  { value.name } -> std::convertible_to<std::string>;
  fields(value, f);
  update(constant, batch, state);
  { result(constant, std::span<const double>{}) } -> std::convertible_to<double>;
}
&&(
    requires(const T constant) {
      { state_size(constant) } -> std::convertible_to<std::size_t>;
    } ||
    requires(const T constant, const Shape& y_pred) {
      { state_size(constant, y_pred) } -> std::convertible_to<std::size_t>;
    });

/// Any metric: an object, or a string as Keras spells it ("accuracy", "acc", "mse"), which is then also its name. The
/// strings "accuracy" and "acc" choose among the accuracies by the shapes of each batch: binary where y_pred has one
/// column, sparse where y_true has no column of its own, else categorical.
class Metric : public Spec<Metric, detail::MetricInterface> {
 public:
  static constexpr const char* spec_kind = "metrics";
  Metric(const char* identifier) : Metric(from_identifier(identifier)) {}  // NOLINT(google-explicit-constructor)
  template <MetricSpec T>
  Metric(T value) : Spec(std::make_shared<Model<T>>(std::move(value))) {  // NOLINT(google-explicit-constructor)
    if constexpr (requires(const T& t) { validate(t); }) validate(*this->template as<const T>());
    if constexpr (requires { T::named_by_string; }) identifier_ = (*this)->name();
  }
  /// Throws ArgumentError that lists the known identifiers.
  static Metric from_identifier(std::string_view identifier);
  using Spec::assign;
  /// By the exact name: the class "Accuracy" is not what the string "Accuracy" means.
  void assign(std::string_view class_name) override;
  /// Whether sumi itself has a class of that name.
  static bool is_built_in(std::string_view class_name);
  /// The string that it was made of, or a function's name, empty otherwise.
  const std::string& identifier() const { return identifier_; }
  /// Gives it Keras's automatic name (`auc`, then `auc_1`, ...) where it has none.
  void ensure_name();
  /// What it is called in logs: the string that it was made of, or the object's own name.
  std::string name() const { return identifier_.empty() ? (*this)->name() : identifier_; }

 private:
  template <class T>
  class Model final : public SpecModel<detail::MetricInterface, T> {
   public:
    using SpecModel<detail::MetricInterface, T>::SpecModel;
    std::shared_ptr<detail::MetricInterface> clone() const override { return std::make_shared<Model>(this->value_); }
    std::string name() const override { return this->value_.name; }
    void set_name(std::string name) override { this->value_.name = std::move(name); }
    Direction direction() const override {
      if constexpr (requires { T::direction; }) return T::direction;
      return Direction::none;
    }
    std::size_t state_doubles(const Shape& y_pred) const override {
      if constexpr (requires { state_size(this->value_, y_pred); }) {
        return state_size(this->value_, y_pred);
      } else {
        return state_size(this->value_);
      }
    }
    void update_state(const MetricBatch& batch, std::span<double> state) const override {
      update(this->value_, batch, state);
    }
    double result_of(std::span<const double> state) const override { return result(this->value_, state); }
  };

  std::string identifier_;
};

/// Registers a user's metric, so that configurations can name it.
void register_metric(std::string class_name, Metric default_value);

}  // namespace sumi
