// How sumi holds any aggregate by value: a layer, an initializer, an optimizer is a struct, its behaviour free
// functions beside it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "sumi/fields.hpp"

namespace sumi {

namespace detail {

/// What every held aggregate can do.
class SpecInterface {
 public:
  virtual ~SpecInterface() = default;
  virtual std::string_view class_name() const = 0;
  virtual std::string_view package() const = 0;
  virtual void visit(Fields& fields) = 0;
  /// Throws ArgumentError where the fields don't make sense.
  virtual void check() const = 0;
  virtual const std::type_info& type() const = 0;
  virtual void* get() = 0;
};

}  // namespace detail

/// The part of Spec that does not know its kind: what Fields visits as a nested object.
class SpecSlot {
 public:
  virtual ~SpecSlot() = default;
  /// False for Keras's None.
  virtual bool has_value() const = 0;
  /// Keras's class name, such as "GlorotUniform". Only where has_value().
  virtual std::string_view class_name() const = 0;
  /// The kind, as the last word of Keras's module name: "initializers", "regularizers", "constraints", ...
  virtual std::string_view kind() const = 0;
  /// Visits the fields of the held object. Only where has_value().
  virtual void visit(Fields& fields) = 0;
  /// Throws ArgumentError where the fields of the held object don't make sense: to be called after they were set one by
  /// one.
  virtual void check() const = 0;
  /// False for a class of the user's own, which configurations mark as such. Only where has_value().
  virtual bool built_in() const = 0;
  /// `Custom>Scale`: the name of a user's class in configurations, by its `package` ("Custom" where it has none). Only
  /// where has_value().
  virtual std::string registered_name() const = 0;
  /// Another slot with the same object.
  virtual std::unique_ptr<SpecSlot> copy() const = 0;
  /// Becomes None.
  virtual void reset() = 0;
  /// Becomes a default object of the named class (a class name or a string identifier of Keras's, such as
  /// "glorot_uniform", or one that the user registered). Throws ArgumentError that lists what is known.
  virtual void assign(std::string_view identifier) = 0;
  /// Becomes what a slot of the same kind is.
  virtual void assign(const SpecSlot& other) = 0;

 protected:
  SpecSlot() = default;
  SpecSlot(const SpecSlot&) = default;
  SpecSlot(SpecSlot&&) = default;
  SpecSlot& operator=(const SpecSlot&) = default;
  SpecSlot& operator=(SpecSlot&&) = default;
};

/// Holds an aggregate by value behind Interface. Copies share the object until one of them is changed.
///
/// Derived is the public type (Layer, Initializer, ...); it supplies `static constexpr const char* spec_kind`,
/// `static Derived from_identifier(std::string_view)`, and, where users can register classes of their own,
/// `static bool is_built_in(std::string_view class_name)`.
template <class Derived, class Interface>
class Spec : public SpecSlot {
 public:
  bool has_value() const override { return held_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  std::string_view class_name() const override { return held_->class_name(); }
  std::string_view kind() const override { return Derived::spec_kind; }
  void visit(Fields& fields) override { mutable_held().visit(fields); }
  void check() const override {
    if (held_) held_->check();
  }
  bool built_in() const override {
    if constexpr (requires { Derived::is_built_in(std::string_view{}); }) return Derived::is_built_in(class_name());
    return true;
  }
  std::string registered_name() const override {
    return std::string(held_->package()) + ">" + std::string(class_name());
  }
  std::unique_ptr<SpecSlot> copy() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
  void reset() override { held_.reset(); }
  void assign(std::string_view identifier) override { held_ = Derived::from_identifier(identifier).held_; }
  void assign(const SpecSlot& other) override { held_ = dynamic_cast<const Derived&>(other).held_; }

  /// The held aggregate if it is a T, otherwise null.
  template <class T>
  const T* as() const {
    return held_ && held_->type() == typeid(T) ? static_cast<const T*>(held_->get()) : nullptr;
  }
  template <class T>
  T* as() {
    return held_ && held_->type() == typeid(T) ? static_cast<T*>(mutable_held().get()) : nullptr;
  }

  /// Behaviour of the held aggregate. Only where has_value().
  const Interface* operator->() const { return held_.get(); }
  const Interface& operator*() const { return *held_; }

 protected:
  Spec() = default;
  explicit Spec(std::shared_ptr<Interface> held) : held_(std::move(held)) {}

  Interface& mutable_held() {
    if (held_.use_count() > 1) held_ = held_->clone();
    return *held_;
  }

 private:
  std::shared_ptr<Interface> held_;
};

/// Implements the common part of Interface for the aggregate T, which names itself by `T::class_name` and lists its
/// fields by the free function `fields(T&, Fields&)`. Optional: `T::package`, the name before the `>` under which
/// configurations know a user's class. Concrete holders derive from it and add the behaviour.
template <class Interface, class T>
class SpecModel : public Interface {
 public:
  explicit SpecModel(T value) : value_(std::move(value)) {}
  std::string_view class_name() const override { return T::class_name; }
  std::string_view package() const override {
    if constexpr (requires { T::package; }) return T::package;
    return "Custom";
  }
  void visit(Fields& f) override { fields(value_, f); }
  void check() const override {
    if constexpr (requires(const T& value) { validate(value); }) validate(value_);
  }
  const std::type_info& type() const override { return typeid(T); }
  void* get() override { return &value_; }

 protected:
  T value_;
};

}  // namespace sumi
