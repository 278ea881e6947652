// The one description of a configuration: its field names. Writing and reading JSON, printing and comparing all come
// from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sumi/shape.hpp"
#include "sumi/values.hpp"

namespace sumi {

class SpecSlot;

/// Numbers by name, in order.
using NamedNumbers = std::vector<std::pair<std::string, double>>;

/// Visits the fields of a layer, initializer, optimizer ... under the names that Keras uses, in Keras's order.
///
/// A type describes itself once, beside its definition:
///
///     void fields(Scale& layer, Fields& f) { f("factor", layer.factor); f("name", layer.name); }
///
/// The same function is used to write, to read, to print and to compare.
class Fields {
 public:
  virtual ~Fields() = default;

  virtual void operator()(std::string_view name, bool& value) = 0;
  virtual void operator()(std::string_view name, int& value) = 0;
  virtual void operator()(std::string_view name, std::int64_t& value) = 0;
  virtual void operator()(std::string_view name, double& value) = 0;
  virtual void operator()(std::string_view name, std::string& value) = 0;
  virtual void operator()(std::string_view name, std::optional<int>& value) = 0;
  virtual void operator()(std::string_view name, std::optional<std::int64_t>& value) = 0;
  virtual void operator()(std::string_view name, std::optional<double>& value) = 0;
  virtual void operator()(std::string_view name, std::optional<std::string>& value) = 0;
  virtual void operator()(std::string_view name, std::vector<std::int64_t>& value) = 0;  ///< Shapes too; None is null.
  virtual void operator()(std::string_view name, std::optional<std::vector<std::int64_t>>& value) = 0;
  virtual void operator()(std::string_view name, std::vector<double>& value) = 0;
  virtual void operator()(std::string_view name, std::optional<std::vector<double>>& value) = 0;
  virtual void operator()(std::string_view name, Axes& value) = 0;     ///< One number, or an array of several.
  virtual void operator()(std::string_view name, Numbers& value) = 0;  ///< The same, or null.
  virtual void operator()(std::string_view name, Size2& value) = 0;
  virtual void operator()(std::string_view name, std::optional<Size2>& value) = 0;
  virtual void operator()(std::string_view name, Margins& value) = 0;
  virtual void operator()(std::string_view name, Padding& value) = 0;
  virtual void operator()(std::string_view name, DataFormat& value) = 0;
  virtual void operator()(std::string_view name, ActivationFunction& value) = 0;
  /// A nested object: an initializer, regularizer, constraint, schedule ...
  virtual void operator()(std::string_view name, SpecSlot& value) = 0;
  /// A number, or an object instead of it: `object` has a value where it is the object that counts.
  virtual void operator()(std::string_view name, double& number, SpecSlot& object) = 0;
  /// Numbers under names of their own, or none.
  virtual void operator()(std::string_view name, std::optional<NamedNumbers>& value) = 0;

  /// An argument without a default: a configuration must have it.
  template <class T>
  void operator()(std::string_view name, Required<T>& value) {
    require(name);
    (*this)(name, value.get());
  }

  /// A key of Keras's that sumi knows only at one value (nullopt: null): written as that, refused when it is another.
  /// Keys that Keras writes only sometimes are not `written`.
  virtual void fixed(std::string_view name, std::optional<bool> value, bool written = true) = 0;

  /// Integers among which -1 is a number, not None: axes, a target shape.
  virtual void numbers(std::string_view name, std::vector<std::int64_t>& value) = 0;
  virtual void numbers(std::string_view name, std::optional<std::vector<std::int64_t>>& value) = 0;
  void numbers(std::string_view name, Required<std::vector<std::int64_t>>& value) {
    require(name);
    numbers(name, value.get());
  }

  /// A nested object that Keras writes only where it is there.
  virtual void when_set(std::string_view name, SpecSlot& value) { (*this)(name, value); }

 protected:
  /// Told of the name of a required argument before it is visited.
  virtual void require(std::string_view /*name*/) {}
};

}  // namespace sumi
