// The one description of a configuration: its field names. Writing and reading JSON, printing and comparing all come from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sumi/shape.hpp"
#include "sumi/values.hpp"

namespace sumi {

class SpecSlot;

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
  virtual void operator()(std::string_view name, Axes& value) = 0;  ///< One number, or an array of several.
  virtual void operator()(std::string_view name, Size2& value) = 0;
  virtual void operator()(std::string_view name, std::optional<Size2>& value) = 0;
  virtual void operator()(std::string_view name, Padding& value) = 0;
  virtual void operator()(std::string_view name, DataFormat& value) = 0;
  virtual void operator()(std::string_view name, ActivationFunction& value) = 0;
  /// A nested object: an initializer, regularizer, constraint, schedule ...
  virtual void operator()(std::string_view name, SpecSlot& value) = 0;

  template <class T>
  void operator()(std::string_view name, Required<T>& value) {
    (*this)(name, value.get());
  }
};

}  // namespace sumi
