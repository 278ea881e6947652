// Fields as JSON, in Keras's form: tuples are arrays, None is null, objects are nested.
#include "saving/json_writer.hpp"

#include "sumi/error.hpp"

namespace sumi::saving {

void JsonWriter::operator()(std::string_view name, std::vector<std::int64_t>& value) {
  Json array = Json::array();
  for (const std::int64_t dimension : value) array.push_back(dimension == None ? Json() : Json(dimension));
  put(name, std::move(array));
}

void JsonWriter::operator()(std::string_view name, std::optional<std::vector<std::int64_t>>& value) {
  if (value) {
    (*this)(name, *value);
  } else {
    put(name, nullptr);
  }
}

void JsonWriter::operator()(std::string_view name, Axes& value) {
  put(name, value.values().size() == 1 ? Json(value.values()[0]) : Json(value.values()));
}

void JsonWriter::operator()(std::string_view name, Numbers& value) {
  const std::vector<double>& values = value.values();
  put(name, values.empty() ? Json() : values.size() == 1 ? Json(values[0]) : Json(values));
}

void JsonWriter::operator()(std::string_view name, std::optional<Size2>& value) {
  if (value) {
    (*this)(name, *value);
  } else {
    put(name, nullptr);
  }
}

void JsonWriter::operator()(std::string_view name, ActivationFunction& value) {
  // Throws for what Keras has no string for.
  if (style_ == Style::for_keras && ActivationFunction(std::string_view(value.name())) != value) {
    throw ArgumentError(
        "Keras's configurations have no arguments of an activation function. Expected one by its name "
        "alone, or a layer of its own. Received: activation=" +
        value.text());
  }
  put(name, style_ == Style::for_keras ? value.name() : value.text());
}

void JsonWriter::operator()(std::string_view name, SpecSlot& value) {
  if (style_ == Style::for_keras) {
    put(name, to_object(value));
  } else {
    put(name, value.has_value() ? Json::array({to_text(value)}) : Json());
  }
}

void JsonWriter::operator()(std::string_view name, double& number, SpecSlot& object) {
  if (object.has_value()) {
    (*this)(name, object);
  } else {
    put(name, number);
  }
}

void JsonWriter::operator()(std::string_view name, std::optional<NamedNumbers>& value) {
  if (!value) return put(name, nullptr);
  Json object = Json::object();
  for (const auto& [key, number] : *value) object[key] = number;
  put(name, std::move(object));
}

void JsonWriter::fixed(std::string_view name, std::optional<bool> value, bool written) {
  if (written && style_ == Style::for_keras) put_optional(name, value);
}

void JsonWriter::when_set(std::string_view name, SpecSlot& value) {
  if (value.has_value() || style_ == Style::for_people) (*this)(name, value);
}

}  // namespace sumi::saving
