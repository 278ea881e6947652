// Configurations: between aggregates that list their fields and Keras's JSON, text, and equality.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "sumi/layer.hpp"
#include "sumi/spec.hpp"

namespace sumi::saving {

/// Keeps the order of keys, as Keras's files have it.
using Json = nlohmann::ordered_json;

/// The object's get_config() in Keras's words and order. Throws ArgumentError for what Keras has no word for.
Json to_config(const SpecSlot& slot);

/// `{"module", "class_name", "config", "registered_name"}`; null where the slot holds none.
Json to_object(const SpecSlot& slot);

/// Sets the fields of the object that the slot holds from a configuration; missing keys keep what they are. Throws
/// ArgumentError for unknown keys (naming the nearest known one), values of a wrong type, missing required ones, and
/// whatever the object's validate refuses; the slot is then unusable.
void read_config(SpecSlot& slot, const Json& config);

/// The slot becomes what is described: null, a string identifier, or an object with class_name and config as Keras 2
/// and 3 write it. Throws ArgumentError as read_config, and for unknown classes.
void read_object(SpecSlot& slot, const Json& object);

/// Objects of the user's classes, by class name or registered name.
using CustomClasses = std::map<std::string, std::unique_ptr<SpecSlot>, std::less<>>;

/// While it lives, this thread's read_object looks at these classes before those that are registered.
class CustomScope {
 public:
  explicit CustomScope(const CustomClasses& classes);
  ~CustomScope();
  CustomScope(const CustomScope&) = delete;
  CustomScope& operator=(const CustomScope&) = delete;

 private:
  const CustomClasses* before_;
};

/// What every layer and model of Keras 3 carries as its `dtype`; sumi computes in nothing else.
Json float32_policy();
/// Throws ArgumentError for any other dtype, in the forms of Keras 2 and 3.
void expect_float32(std::string_view class_name, const Json& dtype);

/// A layer of a class and its configuration.
Layer layer_from_config(std::string_view class_name, const Json& config);

/// Whether both are none, or of one class with the same configuration.
bool equal(const SpecSlot& a, const SpecSlot& b);

/// `Conv2D(filters=32, kernel_size=(3, 3), activation='relu')`: required fields and those that differ from their
/// defaults.
std::string to_text(const SpecSlot& slot);

}  // namespace sumi::saving
