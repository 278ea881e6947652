// What a layer is: an aggregate whose behaviour stands beside it in free functions.
#pragma once

#include <memory>
#include <string>

#include "sumi/spec.hpp"

namespace sumi {

class Lowering;

namespace detail {
class LayerInterface : public SpecInterface {
 public:
  virtual std::shared_ptr<LayerInterface> clone() const = 0;
  virtual const std::string& name() const = 0;
  virtual void set_name(std::string name) = 0;
  virtual bool trainable() const = 0;
  virtual void set_trainable(bool trainable) = 0;
  virtual Shape infer_shape(const Shape& input) const = 0;
  virtual void lower_into(Lowering& ops) const = 0;
  virtual bool records_build() const = 0;
};
}  // namespace detail

/// A layer is an aggregate T with `T::class_name` (Keras's class name), a `std::string name`, and three free functions:
///
///     Shape output_shape(const T&, const Shape& input);   // with the batch dimension; None where not known yet
///     void lower(const T&, Lowering&);                    // what it computes, as ops
///     void fields(T&, Fields&);                           // its configuration
///
/// Optional: `bool trainable = true`; `void validate(const T&)`, called when a Layer is made of it; and `static
/// constexpr bool records_build = true` where Keras writes down for which input shape a layer without weights was
/// built.
template <class T>
concept LayerSpec = requires(T value, const T constant, const Shape& shape, Fields& f, Lowering& ops) {
  T::class_name;
  { value.name } -> std::convertible_to<std::string>;
  { output_shape(constant, shape) } -> std::convertible_to<Shape>;
  lower(constant, ops);
  fields(value, f);
};

/// Any layer, by value.
class Layer : public Spec<Layer, detail::LayerInterface> {
 public:
  static constexpr const char* spec_kind = "layers";
  Layer() = delete;
  template <LayerSpec T>
  Layer(T value) : Spec(std::make_shared<Model<T>>(std::move(value))) {  // NOLINT(google-explicit-constructor)
    if constexpr (requires(const T& t) { validate(t); }) validate(*this->template as<const T>());
  }
  /// A layer of a Keras class name, with the defaults of its arguments; those without a default must be set before use.
  /// Throws ArgumentError that lists the known classes.
  static Layer from_identifier(std::string_view class_name);
  /// Whether sumi itself has a class of that name.
  static bool is_built_in(std::string_view class_name);

  void set_name(std::string name) { mutable_held().set_name(std::move(name)); }
  void set_trainable(bool trainable) { mutable_held().set_trainable(trainable); }

 private:
  template <class T>
  class Model final : public SpecModel<detail::LayerInterface, T> {
   public:
    using SpecModel<detail::LayerInterface, T>::SpecModel;
    std::shared_ptr<detail::LayerInterface> clone() const override { return std::make_shared<Model>(this->value_); }
    const std::string& name() const override { return this->value_.name; }
    void set_name(std::string name) override { this->value_.name = std::move(name); }
    bool trainable() const override {
      if constexpr (requires { this->value_.trainable; }) return this->value_.trainable;
      return true;
    }
    void set_trainable(bool trainable) override {
      if constexpr (requires { this->value_.trainable; }) {
        this->value_.trainable = trainable;
      } else {
        throw ArgumentError(T::class_name + std::string(" has no field `trainable`, so it can't be frozen."));
      }
    }
    Shape infer_shape(const Shape& input) const override { return output_shape(this->value_, input); }
    void lower_into(Lowering& ops) const override { lower(this->value_, ops); }
    bool records_build() const override {
      if constexpr (requires { T::records_build; }) return T::records_build;
      return false;
    }
  };
};

/// Registers a user's layer under its class name, so that configurations can name it.
void register_layer(Layer default_value);

}  // namespace sumi
