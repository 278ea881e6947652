// What training makes smaller.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sumi/lowering.hpp"
#include "sumi/spec.hpp"

namespace sumi {

namespace detail {
class LossInterface : public SpecInterface {
 public:
  virtual std::shared_ptr<LossInterface> clone() const = 0;
  virtual Value lower_values(Lowering& ops, Value y_true, Value y_pred) const = 0;
  virtual std::string reduction() const = 0;
  virtual bool sparse() const = 0;
};
}  // namespace detail

/// An aggregate T with `T::class_name`, `fields(T&, Fields&)`, and `lower(const T&, Lowering&, Value y_true, Value
/// y_pred) -> Value`, which gives one loss a sample (or one an element) as ops; what has no op is made with
/// Lowering::custom. Optional fields: `std::string reduction` ("sum_over_batch_size", "sum", "mean_with_sample_weight";
/// the first where absent), and `static constexpr bool sparse = true` where y_true holds class numbers instead of the
/// shape of y_pred.
template <class T>
concept LossSpec = requires(T value, const T constant, Fields& f, Lowering& ops) {
  T::class_name;
  fields(value, f);
  { lower(constant, ops, Value{}, Value{}) } -> std::convertible_to<Value>;
};

/// A loss that is a function: as the `lower` of a LossSpec. Files know it by its name, as one made of a string.
struct LossFunction {
  static constexpr const char* class_name = "LossFunctionWrapper";
  std::string name;
  std::function<Value(Lowering& ops, Value y_true, Value y_pred)> function;
  std::string reduction = "sum_over_batch_size";
};
void fields(LossFunction& value, Fields& f);
Value lower(const LossFunction& loss, Lowering& ops, Value y_true, Value y_pred);
/// Throws ArgumentError where there is no name, no function or an unknown reduction.
void validate(const LossFunction& value);

/// Any loss: an object, a function, or a string as Keras spells it ("sparse_categorical_crossentropy", "mse"). The
/// strings "crossentropy" and "ce" choose among the cross-entropies by the shapes of y_true and y_pred: binary where
/// y_pred has one column, sparse where y_true has no column of its own, else categorical.
class Loss : public Spec<Loss, detail::LossInterface> {
 public:
  static constexpr const char* spec_kind = "losses";
  /// None: the model can predict, but not fit.
  Loss() = default;
  Loss(const char* identifier) : Loss(from_identifier(identifier)) {}  // NOLINT(google-explicit-constructor)
  template <LossSpec T>
  Loss(T value) : Spec(std::make_shared<Model<T>>(std::move(value))) {  // NOLINT(google-explicit-constructor)
    if constexpr (requires(const T& t) { validate(t); }) validate(*this->template as<const T>());
    if constexpr (std::is_same_v<T, LossFunction>) identifier_ = this->template as<T>()->name;
  }
  /// Throws ArgumentError that lists the known identifiers.
  static Loss from_identifier(std::string_view identifier);
  /// The string that it was made of, or a function's name, empty otherwise: Keras writes strings back as strings.
  const std::string& identifier() const { return identifier_; }
  /// What "crossentropy" stands for with data of these shapes; any other loss itself.
  Loss resolved(const Shape& y_true, const Shape& y_pred) const;
  /// Whether sumi itself has a class of that name.
  static bool is_built_in(std::string_view class_name);

 private:
  template <class T>
  class Model final : public SpecModel<detail::LossInterface, T> {
   public:
    using SpecModel<detail::LossInterface, T>::SpecModel;
    std::shared_ptr<detail::LossInterface> clone() const override { return std::make_shared<Model>(this->value_); }
    Value lower_values(Lowering& ops, Value y_true, Value y_pred) const override {
      return lower(this->value_, ops, y_true, y_pred);
    }
    std::string reduction() const override {
      if constexpr (requires { this->value_.reduction; }) return this->value_.reduction;
      return "sum_over_batch_size";
    }
    bool sparse() const override {
      if constexpr (requires { T::sparse; }) return T::sparse;
      return false;
    }
  };

  std::string identifier_;
};

/// Registers a user's loss, so that configurations can name it.
void register_loss(std::string class_name, Loss default_value);

}  // namespace sumi
