// Penalties on weights and activations, added to the loss. Formulas: Keras 3, keras/src/regularizers.
#pragma once

#include <span>
#include <string>

#include "sumi/spec.hpp"

namespace sumi {

namespace detail {
class RegularizerInterface : public SpecInterface {
 public:
  virtual std::shared_ptr<RegularizerInterface> clone() const = 0;
  virtual double penalty_of(std::span<const double> values, const Shape& shape) const = 0;
  virtual void add_gradient_of(std::span<const double> values, const Shape& shape, double scale,
                               std::span<double> gradient) const = 0;
};
}  // namespace detail

/// An aggregate T with `T::class_name`, `fields(T&, Fields&)`, `penalty(const T&, values, shape) -> double` and
/// `add_gradient(const T&, values, shape, scale, gradient)`, which adds scale times the penalty's gradient.
template <class T>
concept RegularizerSpec = requires(T value, const T constant, const Shape& shape, Fields& f, std::span<const double> in,
                                   std::span<double> out) {
  T::class_name;
  fields(value, f);
  { penalty(constant, in, shape) } -> std::convertible_to<double>;
  add_gradient(constant, in, shape, 1.0, out);
};

/// Any regularizer, or none: an object (`L2{.l2 = 1e-4}`), or a string ("l1", "l2", "l1l2", "orthogonal_regularizer").
class Regularizer : public Spec<Regularizer, detail::RegularizerInterface> {
 public:
  static constexpr const char* spec_kind = "regularizers";
  /// None.
  Regularizer() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Regularizer(const char* identifier) : Regularizer(from_identifier(identifier)) {}
  template <RegularizerSpec T>
  Regularizer(T value) : Spec(std::make_shared<Model<T>>(std::move(value))) {  // NOLINT(google-explicit-constructor)
    if constexpr (requires(const T& t) { validate(t); }) validate(*this->template as<const T>());
  }
  /// Throws ArgumentError that lists the known identifiers.
  static Regularizer from_identifier(std::string_view identifier);
  /// Whether sumi itself has a class of that name.
  static bool is_built_in(std::string_view class_name);

 private:
  template <class T>
  class Model final : public SpecModel<detail::RegularizerInterface, T> {
   public:
    using SpecModel<detail::RegularizerInterface, T>::SpecModel;
    std::shared_ptr<detail::RegularizerInterface> clone() const override {
      return std::make_shared<Model>(this->value_);
    }
    double penalty_of(std::span<const double> values, const Shape& shape) const override {
      return penalty(this->value_, values, shape);
    }
    void add_gradient_of(std::span<const double> values, const Shape& shape, double scale,
                         std::span<double> gradient) const override {
      add_gradient(this->value_, values, shape, scale, gradient);
    }
  };
};

/// l1 * sum |w|.
struct L1 {
  static constexpr const char* class_name = "L1";
  double l1 = 0.01;
};
/// l2 * sum w^2 (no half).
struct L2 {
  static constexpr const char* class_name = "L2";
  double l2 = 0.01;
};
/// l1 * sum |w| + l2 * sum w^2.
struct L1L2 {
  static constexpr const char* class_name = "L1L2";
  double l1 = 0.0;
  double l2 = 0.0;
};
/// factor * mean |cosine| between different rows (mode "rows") or columns ("columns") of a matrix. Rank 2 only.
struct OrthogonalRegularizer {
  static constexpr const char* class_name = "OrthogonalRegularizer";
  double factor = 0.01;
  std::string mode = "rows";
};

void fields(L1& value, Fields& f);
void fields(L2& value, Fields& f);
void fields(L1L2& value, Fields& f);
void fields(OrthogonalRegularizer& value, Fields& f);
/// Throw ArgumentError for a coefficient that is negative or not finite, or an unknown mode.
void validate(const L1& value);
void validate(const L2& value);
void validate(const L1L2& value);
void validate(const OrthogonalRegularizer& value);
double penalty(const L1& value, std::span<const double> values, const Shape& shape);
double penalty(const L2& value, std::span<const double> values, const Shape& shape);
double penalty(const L1L2& value, std::span<const double> values, const Shape& shape);
double penalty(const OrthogonalRegularizer& value, std::span<const double> values, const Shape& shape);
void add_gradient(const L1& value, std::span<const double> values, const Shape& shape, double scale,
                  std::span<double> gradient);
void add_gradient(const L2& value, std::span<const double> values, const Shape& shape, double scale,
                  std::span<double> gradient);
void add_gradient(const L1L2& value, std::span<const double> values, const Shape& shape, double scale,
                  std::span<double> gradient);
void add_gradient(const OrthogonalRegularizer& value, std::span<const double> values, const Shape& shape, double scale,
                  std::span<double> gradient);

/// Registers a user's regularizer, so that configurations can name it.
void register_regularizer(std::string class_name, Regularizer default_value);

}  // namespace sumi
