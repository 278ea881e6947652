// JSON as fields: what Keras would accept, and an error with class and key for the rest.
#include "saving/json_reader.hpp"

#include <limits>

#include "sumi/error.hpp"

namespace sumi::saving {
namespace {

[[noreturn]] void refuse(const char* expected, const Json& json) {
  throw ArgumentError(std::string("Expected ") + expected + ". Received: " + json.dump());
}

bool to_bool(const Json& json) {
  if (!json.is_boolean()) refuse("true or false", json);
  return json.get<bool>();
}

std::int64_t to_int64(const Json& json) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!json.is_number_integer() || (json.is_number_unsigned() && json.get<std::uint64_t>() > most)) {
    refuse("an integer", json);
  }
  return json.get<std::int64_t>();
}

int to_int(const Json& json) {
  // Keras 2 wrote the axis of a BatchNormalization as [3].
  const std::int64_t number = to_int64(json.is_array() && json.size() == 1 ? json[0] : json);
  if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max()) {
    refuse("an integer of 32 bits", json);
  }
  return static_cast<int>(number);
}

// What no layer has a default for are numbers of filters and units: Keras wants them positive.
int to_count(const Json& json) {
  if (!json.is_number_integer()) refuse("a positive integer", json);
  return to_int(json);
}

double to_double(const Json& json) {
  if (!json.is_number()) refuse("a number", json);
  return json.get<double>();
}

std::string to_string(const Json& json) {
  if (!json.is_string()) refuse("a string", json);
  return json.get<std::string>();
}

template <class T, class Convert>
std::vector<T> to_vector(const Json& json, const char* expected, Convert convert) {
  if (!json.is_array()) refuse(expected, json);
  std::vector<T> values;
  for (const Json& element : json) values.push_back(convert(element));
  return values;
}

std::vector<std::int64_t> to_integers(const Json& json) {
  // The axes of a layer that was not built yet may be one number.
  if (json.is_number_integer()) return {to_int64(json)};
  return to_vector<std::int64_t>(json, "an array of integers", to_int64);
}

Shape to_shape(const Json& json) {
  return to_vector<std::int64_t>(json, "an array of integers and nulls",
                                 [](const Json& element) { return element.is_null() ? None : to_int64(element); });
}

std::vector<double> to_doubles(const Json& json) { return to_vector<double>(json, "an array of numbers", to_double); }

Axes to_axes(const Json& json) {
  if (json.is_array()) return to_vector<int>(json, "an integer or an array of integers", to_int);
  return to_int(json);
}

Numbers to_numbers(const Json& json) {
  if (json.is_null()) return {};
  if (json.is_array()) return to_vector<double>(json, "a number or an array of numbers", to_double);
  return to_double(json);
}

Size2 to_size2(const Json& json) {
  if (json.is_number_integer()) return to_int(json);
  if (!json.is_array() || json.size() != 2) refuse("an integer or an array of 2 integers", json);
  return {to_int(json[0]), to_int(json[1])};
}

Ends to_ends(const Json& json) {
  const Size2 ends = to_size2(json);
  return {ends.height, ends.width};
}

Margins to_margins(const Json& json) {
  if (json.is_number_integer()) return to_int(json);
  if (!json.is_array() || json.size() != 2) refuse("an integer or an array of 2 integers or pairs of integers", json);
  return {to_ends(json[0]), to_ends(json[1])};
}

ActivationFunction to_activation(const Json& json) {
  if (json.is_null()) return {};
  if (json.is_string()) return ActivationFunction(json.get<std::string>());
  // A function as older releases of Keras 3 wrote it.
  if (json.is_object() && json.value("class_name", Json()) == "function" && json.value("config", Json()).is_string()) {
    return ActivationFunction(json["config"].get<std::string>());
  }
  refuse("the name of an activation function, or null; a layer as an activation must be a layer of its own", json);
}

NamedNumbers to_named_numbers(const Json& json) {
  if (!json.is_object()) refuse("an object of numbers, or null", json);
  NamedNumbers numbers;
  for (const auto& [key, number] : json.items()) {
    if (!number.is_null()) numbers.emplace_back(key, to_double(number));
  }
  return numbers;
}

}  // namespace

template <class T, class Convert>
void JsonReader::read(std::string_view name, T& value, Convert convert) {
  known_.emplace_back(name);
  const auto found = config_.find(known_.back());
  if (found == config_.end()) return;
  try {
    value = convert(*found);
  } catch (const ArgumentError& error) {
    throw ArgumentError(std::string(class_name_) + "." + known_.back() + ": " + error.what());
  }
}

template <class T, class Convert>
void JsonReader::read_optional(std::string_view name, std::optional<T>& value, Convert convert) {
  read(name, value,
       [&](const Json& json) { return json.is_null() ? std::optional<T>() : std::optional<T>(convert(json)); });
}

void JsonReader::require(std::string_view name) {
  const std::string key(name);
  required_ = key;
  if (config_.contains(key)) return;
  throw ArgumentError("The configuration of " + std::string(class_name_) + " has no `" + key +
                      "`, which has no default value. Received: " + config_.dump());
}

void JsonReader::operator()(std::string_view name, bool& value) { read(name, value, to_bool); }
void JsonReader::operator()(std::string_view name, int& value) {
  read(name, value, name == required_ ? to_count : to_int);
}
void JsonReader::operator()(std::string_view name, std::int64_t& value) { read(name, value, to_int64); }
void JsonReader::operator()(std::string_view name, double& value) { read(name, value, to_double); }
void JsonReader::operator()(std::string_view name, std::string& value) { read(name, value, to_string); }
void JsonReader::operator()(std::string_view name, std::optional<int>& value) { read_optional(name, value, to_int); }
void JsonReader::operator()(std::string_view name, std::optional<std::int64_t>& value) {
  read_optional(name, value, to_int64);
}
void JsonReader::operator()(std::string_view name, std::optional<double>& value) {
  read_optional(name, value, to_double);
}
void JsonReader::operator()(std::string_view name, std::optional<std::string>& value) {
  read_optional(name, value, to_string);
}
void JsonReader::operator()(std::string_view name, std::vector<std::int64_t>& value) { read(name, value, to_shape); }
void JsonReader::operator()(std::string_view name, std::optional<std::vector<std::int64_t>>& value) {
  read_optional(name, value, to_shape);
}
void JsonReader::operator()(std::string_view name, std::vector<double>& value) { read(name, value, to_doubles); }
void JsonReader::operator()(std::string_view name, std::optional<std::vector<double>>& value) {
  read_optional(name, value, to_doubles);
}
void JsonReader::operator()(std::string_view name, Axes& value) { read(name, value, to_axes); }
void JsonReader::operator()(std::string_view name, Numbers& value) { read(name, value, to_numbers); }
void JsonReader::operator()(std::string_view name, Size2& value) { read(name, value, to_size2); }
void JsonReader::operator()(std::string_view name, std::optional<Size2>& value) {
  read_optional(name, value, to_size2);
}
void JsonReader::operator()(std::string_view name, Margins& value) { read(name, value, to_margins); }
void JsonReader::operator()(std::string_view name, Padding& value) {
  read(name, value, [](const Json& json) { return Padding(std::string_view(to_string(json))); });
}
void JsonReader::operator()(std::string_view name, DataFormat& value) {
  read(name, value,
       [&](const Json& json) { return json.is_null() ? value : DataFormat(std::string_view(to_string(json))); });
}
void JsonReader::operator()(std::string_view name, ActivationFunction& value) { read(name, value, to_activation); }

void JsonReader::operator()(std::string_view name, SpecSlot& value) {
  bool done = false;
  read(name, done, [&](const Json& json) {
    read_object(value, json);
    return true;
  });
}

void JsonReader::operator()(std::string_view name, double& number, SpecSlot& object) {
  read(name, number, [&](const Json& json) {
    if (!json.is_object()) {
      object.reset();
      return to_double(json);
    }
    read_object(object, json);
    return number;
  });
}

void JsonReader::operator()(std::string_view name, std::optional<NamedNumbers>& value) {
  read_optional(name, value, to_named_numbers);
}

void JsonReader::numbers(std::string_view name, std::vector<std::int64_t>& value) { read(name, value, to_integers); }
void JsonReader::numbers(std::string_view name, std::optional<std::vector<std::int64_t>>& value) {
  read_optional(name, value, to_integers);
}

void JsonReader::fixed(std::string_view name, std::optional<bool> value, bool /*written*/) {
  const Json only = value ? Json(*value) : Json();
  bool done = false;
  read(name, done, [&](const Json& json) {
    // Older releases wrote null where newer ones write false.
    if (json != only && !(json.is_null() && value == false)) refuse(("nothing but " + only.dump()).c_str(), json);
    return true;
  });
}

}  // namespace sumi::saving
