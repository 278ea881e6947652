// What training makes smaller. Formulas and defaults: Keras 3, keras/src/losses.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

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

/// Any loss: an object, or a string as Keras spells it ("sparse_categorical_crossentropy", "mse").
class Loss : public Spec<Loss, detail::LossInterface> {
 public:
  static constexpr const char* spec_kind = "losses";
  /// None: the model can predict, but not fit.
  Loss() = default;
  Loss(const char* identifier) : Loss(from_identifier(identifier)) {}  // NOLINT(google-explicit-constructor)
  template <LossSpec T>
  Loss(T value) : Spec(std::make_shared<Model<T>>(std::move(value))) {  // NOLINT(google-explicit-constructor)
    if constexpr (requires(const T& t) { validate(t); }) validate(*this->template as<const T>());
  }
  /// Throws ArgumentError that lists the known identifiers.
  static Loss from_identifier(std::string_view identifier);
  /// The string that it was made of, empty otherwise: Keras writes strings back as strings.
  const std::string& identifier() const { return identifier_; }
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

/// -log p[y_true]. y_true: class numbers, of the shape of y_pred without its last dimension (or that last dimension 1).
/// y_pred: probabilities, or logits where from_logits. Directly behind a softmax the fused form on the logits is used
/// (as TensorFlow does); other probabilities are normalised, then clipped to [1e-7, 1 - 1e-7]. Entries with y_true ==
/// ignore_class don't count.
struct SparseCategoricalCrossentropy {
  static constexpr const char* class_name = "SparseCategoricalCrossentropy";
  static constexpr bool sparse = true;
  bool from_logits = false;
  std::optional<std::int64_t> ignore_class = {};
  std::string reduction = "sum_over_batch_size";
  int axis = -1;
  std::string name = "sparse_categorical_crossentropy";
};
/// -sum y_true log p. y_true: probabilities of the shape of y_pred, smoothed to y (1 - label_smoothing) +
/// label_smoothing / K.
struct CategoricalCrossentropy {
  static constexpr const char* class_name = "CategoricalCrossentropy";
  bool from_logits = false;
  double label_smoothing = 0.0;
  int axis = -1;
  std::string reduction = "sum_over_batch_size";
  std::string name = "categorical_crossentropy";
};
/// Mean over the last axis of (y_pred - y_true)^2.
struct MeanSquaredError {
  static constexpr const char* class_name = "MeanSquaredError";
  std::string reduction = "sum_over_batch_size";
  std::string name = "mean_squared_error";
};
/// Mean over the last axis of |y_pred - y_true|.
struct MeanAbsoluteError {
  static constexpr const char* class_name = "MeanAbsoluteError";
  std::string reduction = "sum_over_batch_size";
  std::string name = "mean_absolute_error";
};

void fields(SparseCategoricalCrossentropy& value, Fields& f);
void fields(CategoricalCrossentropy& value, Fields& f);
void fields(MeanSquaredError& value, Fields& f);
void fields(MeanAbsoluteError& value, Fields& f);
Value lower(const SparseCategoricalCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const CategoricalCrossentropy& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const MeanSquaredError& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const MeanAbsoluteError& loss, Lowering& ops, Value y_true, Value y_pred);
/// Throw ArgumentError for an unknown reduction, an axis other than the last, or label_smoothing outside [0, 1].
void validate(const SparseCategoricalCrossentropy& value);
void validate(const CategoricalCrossentropy& value);
void validate(const MeanSquaredError& value);
void validate(const MeanAbsoluteError& value);

/// Registers a user's loss, so that configurations can name it.
void register_loss(std::string class_name, Loss default_value);

}  // namespace sumi
