// sumi's objects from the names, configurations and constructor texts of the cases.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "golden/check.hpp"
#include "golden/expression.hpp"
#include "saving/json_fields.hpp"
#include "sumi/error.hpp"
#include "sumi/initializers.hpp"
#include "sumi/layer.hpp"
#include "sumi/layers/input.hpp"
#include "sumi/schedules.hpp"

namespace sumi::golden {

/// A default T (Layer, Loss, Optimizer ...) of a class name or identifier. Throws Skip where sumi has none.
template <class T>
T named(const std::string& identifier) {
  try {
    return T::from_identifier(identifier);
  } catch (const ArgumentError&) {
    throw Skip("sumi has no '" + identifier + "' among its " + T::spec_kind);
  }
}

/// The names of an object's arguments in the order of Keras's constructor.
std::vector<std::string> argument_names(const SpecSlot& slot);

/// Those of `inputs` that are arguments of the object. The others must be in `used`; throws Unreadable for the rest, so
/// that no input of a case is ignored.
Json config_from(const SpecSlot& slot, const Json& inputs, const std::set<std::string>& used);

/// A call's arguments as a configuration of the object that it makes.
Json config_from(const SpecSlot& slot, const Call& call);

/// A value as JSON; calls become `{"class_name", "config"}`, bare names strings.
Json json_of(const Value& value);

template <class T>
T object(const std::string& class_name, const Json& config) {
  T value = named<T>(class_name);
  saving::read_config(value, config);
  return value;
}

template <class T>
T object(const Call& call) {
  T value = named<T>(call.name);
  saving::read_config(value, config_from(value, call));
  return value;
}

/// A layer, under its short names too: `Input(10,10,1)`, `BN`, `MaxPool2`.
Layer layer_of(const Call& call);

/// Whether sumi has a T of that name.
template <class T>
bool has(const std::string& identifier) {
  try {
    T::from_identifier(identifier);
    return true;
  } catch (const ArgumentError&) {
    return false;
  }
}

}  // namespace sumi::golden
