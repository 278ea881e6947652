// What weights must satisfy after every update. Formulas: Keras 3, keras/src/constraints.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sumi/spec.hpp"

namespace sumi {

namespace detail {
class ConstraintInterface : public SpecInterface {
 public:
  virtual std::shared_ptr<ConstraintInterface> clone() const = 0;
  virtual void apply(std::span<float> values, const Shape& shape) const = 0;
};
}  // namespace detail

/// An aggregate T with `T::class_name`, `fields(T&, Fields&)` and `constrain(const T&, std::span<float> values, const
/// Shape&)`, which changes the weight in place.
template <class T>
concept ConstraintSpec = requires(T value, const T constant, const Shape& shape, Fields& f, std::span<float> out) {
  T::class_name;
  fields(value, f);
  constrain(constant, out, shape);
};

/// Any constraint, or none: an object (`MaxNorm{.max_value = 3}`), or a string ("max_norm", "non_neg", "unit_norm",
/// ...).
class Constraint : public Spec<Constraint, detail::ConstraintInterface> {
 public:
  static constexpr const char* spec_kind = "constraints";
  /// None.
  Constraint() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Constraint(const char* identifier) : Constraint(from_identifier(identifier)) {}
  template <ConstraintSpec T>
  Constraint(T value) : Spec(std::make_shared<Model<T>>(std::move(value))) {}  // NOLINT(google-explicit-constructor)
  /// Throws ArgumentError that lists the known identifiers.
  static Constraint from_identifier(std::string_view identifier);
  /// Whether sumi itself has a class of that name.
  static bool is_built_in(std::string_view class_name);

 private:
  template <class T>
  class Model final : public SpecModel<detail::ConstraintInterface, T> {
   public:
    using SpecModel<detail::ConstraintInterface, T>::SpecModel;
    std::shared_ptr<detail::ConstraintInterface> clone() const override {
      return std::make_shared<Model>(this->value_);
    }
    void apply(std::span<float> values, const Shape& shape) const override { constrain(this->value_, values, shape); }
  };
};

/// L2 norm over axis at most max_value: w * clip(n, 0, max_value) / (1e-7 + n).
struct MaxNorm {
  static constexpr const char* class_name = "MaxNorm";
  double max_value = 2.0;
  Axes axis = 0;
};
/// No weight below 0.
struct NonNeg {
  static constexpr const char* class_name = "NonNeg";
};
/// L2 norm over axis equal to 1: w / (1e-7 + n).
struct UnitNorm {
  static constexpr const char* class_name = "UnitNorm";
  Axes axis = 0;
};
/// L2 norm over axis between min_value and max_value; rate is how much of the way is gone at each update.
struct MinMaxNorm {
  static constexpr const char* class_name = "MinMaxNorm";
  double min_value = 0.0;
  double max_value = 1.0;
  double rate = 1.0;
  Axes axis = 0;
};

void fields(MaxNorm& value, Fields& f);
void fields(NonNeg& value, Fields& f);
void fields(UnitNorm& value, Fields& f);
void fields(MinMaxNorm& value, Fields& f);
void constrain(const MaxNorm& value, std::span<float> values, const Shape& shape);
void constrain(const NonNeg& value, std::span<float> values, const Shape& shape);
void constrain(const UnitNorm& value, std::span<float> values, const Shape& shape);
void constrain(const MinMaxNorm& value, std::span<float> values, const Shape& shape);

/// Registers a user's constraint, so that configurations can name it.
void register_constraint(std::string class_name, Constraint default_value);

}  // namespace sumi
