// Objects in Keras's JSON form, around the fields that JsonWriter and JsonReader visit.
#include "saving/json_fields.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "saving/json_reader.hpp"
#include "saving/json_writer.hpp"
#include "sumi/error.hpp"

namespace sumi::saving {

Json float32_policy() {
  return {{"module", "keras"},
          {"class_name", "DTypePolicy"},
          {"config", {{"name", "float32"}}},
          {"registered_name", nullptr}};
}

void expect_float32(std::string_view class_name, const Json& dtype) {
  const Json* name = &dtype;
  if (dtype.is_object() && dtype.contains("config") && dtype["config"].contains("name"))
    name = &dtype["config"]["name"];
  if (name->is_null() || *name == "float32") return;
  throw ArgumentError(std::string(class_name) +
                      ".dtype: Expected float32, which is all that sumi computes in. Received: " + dtype.dump());
}

namespace {

/// The keys of every layer and metric that are no fields of their own, at the places where Keras has them.
Json with_common_keys(const SpecSlot& slot, const Json& own) {
  if (own.contains("dtype")) return own;
  Json config = Json::object();
  if (own.contains("trainable") && own.begin().key() == "name") {
    for (const auto& [key, value] : own.items()) {
      config[key] = value;
      if (key == "trainable") config["dtype"] = float32_policy();
    }
    return config;
  }
  if (const auto* layer = dynamic_cast<const Layer*>(&slot)) {
    config["name"] = (*layer)->name();
    config["trainable"] = (*layer)->trainable();
    config["dtype"] = float32_policy();
  } else if (slot.kind() == "metrics") {
    config["name"] = own.value("name", Json());
    config["dtype"] = "float32";
  }
  for (const auto& [key, value] : own.items()) config[key] = value;
  return config;
}

/// Older names of an InputLayer's one key.
Json with_current_keys(std::string_view class_name, Json config) {
  if (class_name != "InputLayer" || config.contains("batch_shape")) return config;
  if (config.contains("batch_input_shape")) {
    config["batch_shape"] = config["batch_input_shape"];
    config.erase("batch_input_shape");
  }
  for (const char* key : {"shape", "input_shape"}) {
    if (!config.contains(key) || !config[key].is_array()) continue;
    Json shape = Json::array({config.value("batch_size", Json())});
    for (const Json& dimension : config[key]) shape.push_back(dimension);
    config["batch_shape"] = shape;
    config.erase(key);
    config.erase("batch_size");
  }
  return config;
}

/// Keys that the fields didn't ask for: those of every object, or errors.
void read_other_keys(SpecSlot& slot, const Json& config, const std::vector<std::string>& known) {
  auto* layer = dynamic_cast<Layer*>(&slot);
  for (const auto& [key, value] : config.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    if (key == "dtype") {
      expect_float32(slot.class_name(), value);
    } else if (layer && key == "name" && value.is_string()) {
      layer->set_name(value.get<std::string>());
    } else if (layer && key == "trainable" && value.is_boolean()) {
      if (value != (*layer)->trainable()) layer->set_trainable(value.get<bool>());
    } else if (layer && key == "batch_input_shape") {
      // Keras 2 wrote it into the first layer too; the InputLayer says it.
    } else {
      const std::string meant = nearest(key, known);
      throw ArgumentError("Unrecognized keyword arguments passed to " + std::string(slot.class_name()) + ": {" +
                          repr(key) + ": " + value.dump() + "}. " +
                          (meant.empty() ? "Known: " + join(known) + "." : "Did you mean `" + meant + "`?"));
    }
  }
}

/// As Python would print it.
std::string value_text(const Json& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_string()) return repr(value.get<std::string>());
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    const auto single = static_cast<float>(number);
    return static_cast<double>(single) == number ? repr(single) : repr(number);
  }
  if (value.is_array() && value.size() == 1 && value[0].is_string()) return value[0].get<std::string>();
  std::vector<std::string> parts;
  if (value.is_object()) {
    for (const auto& [key, element] : value.items()) parts.push_back(repr(key) + ": " + value_text(element));
    return "{" + join(parts) + "}";
  }
  if (!value.is_array()) return value.dump();
  for (const Json& element : value) parts.push_back(value_text(element));
  return "(" + join(parts) + (parts.size() == 1 ? ",)" : ")");
}

/// The classes of the user's that the current call was given, by their names.
thread_local const CustomClasses* custom_classes = nullptr;

/// Makes the slot a default object of a class: one of custom_classes, a registered one, or one of sumi's own.
void assign_class(SpecSlot& slot, const std::string& class_name, const std::string& registered) {
  if (custom_classes != nullptr) {
    for (const std::string& name : {registered, class_name}) {
      const auto found = custom_classes->find(name);
      if (found != custom_classes->end() && found->second->kind() == slot.kind()) return slot.assign(*found->second);
    }
  }
  try {
    slot.assign(class_name);
  } catch (const ArgumentError& unknown) {
    throw ArgumentError(std::string(unknown.what()) +
                        " A class of your own must be registered first (register_layer and its like), or be passed in "
                        "custom_objects.");
  }
  // Without a package it is a name that Keras gives to classes of its own that other modules derive from.
  if (registered.find('>') == std::string::npos) return;
  if (slot.built_in() || slot.registered_name() != registered) {
    throw ArgumentError("The class " + class_name + " is known as " +
                        (slot.built_in() ? "one of sumi's own" : repr(slot.registered_name())) +
                        ". Received: registered_name=" + repr(registered));
  }
}

JsonWriter visited(const SpecSlot& slot, JsonWriter::Style style) {
  JsonWriter writer(style);
  slot.copy()->visit(writer);
  return writer;
}

}  // namespace

Json to_config(const SpecSlot& slot) {
  return with_common_keys(slot, visited(slot, JsonWriter::Style::for_keras).config());
}

Json to_object(const SpecSlot& slot) {
  if (!slot.has_value()) return nullptr;
  const std::string class_name(slot.class_name());
  const bool known = slot.built_in();
  return {{"module", known ? Json("keras." + std::string(slot.kind())) : Json()},
          {"class_name", class_name},
          {"config", to_config(slot)},
          {"registered_name", known ? Json() : Json(slot.registered_name())}};
}

void read_config(SpecSlot& slot, const Json& config) {
  const std::string class_name(slot.class_name());
  if (!config.is_object()) {
    throw ArgumentError("Expected an object as the configuration of " + class_name + ". Received: " + config.dump());
  }
  const Json current = with_current_keys(class_name, config);
  JsonReader reader(class_name, current);
  slot.visit(reader);
  read_other_keys(slot, current, reader.known());
  slot.check();
}

void read_object(SpecSlot& slot, const Json& object) {
  if (object.is_null()) return slot.reset();
  if (object.is_string()) return assign_class(slot, object.get<std::string>(), "");
  const auto text = [&](const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!object.is_object() || text("class_name").empty()) {
    throw ArgumentError("Expected null, a string, or an object with `class_name` and `config`. Received: " +
                        object.dump());
  }
  const std::string class_name = text("class_name");
  // Keras writes a bare function, such as a loss given by name, like this.
  if (class_name == "function") return assign_class(slot, text("config"), "");
  const std::string registered = text("registered_name");
  if (!registered.empty() && registered.substr(registered.find('>') + 1) != class_name) {
    throw ArgumentError("The class " + class_name +
                        " is registered under another name. Received: registered_name=" + repr(registered));
  }
  assign_class(slot, class_name, registered);
  read_config(slot, object.contains("config") ? object["config"] : Json::object());
}

CustomScope::CustomScope(const CustomClasses& classes) : before_(std::exchange(custom_classes, &classes)) {}
CustomScope::~CustomScope() { custom_classes = before_; }

Layer layer_from_config(std::string_view class_name, const Json& config) {
  Layer layer = Layer::from_identifier(class_name);
  read_config(layer, config);
  return layer;
}

bool equal(const SpecSlot& a, const SpecSlot& b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() == b.has_value();
  return a.kind() == b.kind() && a.class_name() == b.class_name() &&
         visited(a, JsonWriter::Style::for_people).config() == visited(b, JsonWriter::Style::for_people).config();
}

std::string to_text(const SpecSlot& slot) {
  if (!slot.has_value()) return "None";
  const JsonWriter writer = visited(slot, JsonWriter::Style::for_people);
  Json defaults = Json::object();
  try {
    const auto plain = slot.copy();
    plain->assign(slot.class_name());
    defaults = visited(*plain, JsonWriter::Style::for_people).config();
  } catch (const ArgumentError&) {
    // A class that the user didn't register: all its fields are shown.
  }
  std::vector<std::string> shown, last;
  for (const auto& [key, value] : writer.config().items()) {
    if (!writer.required().contains(key) && defaults.value(key, Json("\n")) == value) continue;
    (key == "name" || key == "trainable" ? last : shown).push_back(key + "=" + value_text(value));
  }
  shown.insert(shown.end(), last.begin(), last.end());
  return std::string(slot.class_name()) + "(" + join(shown) + ")";
}

}  // namespace sumi::saving
