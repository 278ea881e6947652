#include "saving/json_text.hpp"

#include <cmath>

#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi::saving {
namespace {

constexpr int deepest = 64;
constexpr int most_keys = 4096;      // ordered objects search their keys one by one
constexpr int most_objects = 32768;  // at the end of each the parser walks through its neighbours

std::string quoted(const std::string& text) {
  try {
    return Json(text).dump(-1, ' ', true);
  } catch (const Json::exception&) {
    throw ArgumentError("Expected text in UTF-8. Received other bytes in a name or a string of the model.");
  }
}

void append(std::string& out, const Json& json) {
  const char* separator = "";
  if (json.is_object()) {
    out += '{';
    for (const auto& [key, value] : json.items()) {
      out += separator + quoted(key) + ": ";
      append(out, value);
      separator = ", ";
    }
    out += '}';
  } else if (json.is_array()) {
    out += '[';
    for (const Json& value : json) {
      out += separator;
      append(out, value);
      separator = ", ";
    }
    out += ']';
  } else if (json.is_number_float()) {
    const auto number = json.get<double>();
    if (!std::isfinite(number)) throw ArgumentError("JSON has no number for " + repr(number) + ".");
    out += repr(number);
  } else if (json.is_string()) {
    out += quoted(json.get_ref<const std::string&>());
  } else {
    out += json.dump();
  }
}

}  // namespace

Json parse_json(std::string_view text) {
  if (text.size() > largest_json) {
    throw ArgumentError("Expected JSON of at most " + std::to_string(largest_json) + " bytes. Received " +
                        std::to_string(text.size()) + ".");
  }
  std::vector<int> keys;  // of the objects that are open
  int objects = 0;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& /*parsed*/) {
    if (depth > deepest) throw ArgumentError("The JSON is nested deeper than " + std::to_string(deepest) + " levels.");
    if (event == Json::parse_event_t::object_start) {
      keys.push_back(0);
      if (++objects > most_objects) {
        throw ArgumentError("The JSON has more than " + std::to_string(most_objects) + " objects.");
      }
    }
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && ++keys.back() > most_keys) {
      throw ArgumentError("An object of the JSON has more than " + std::to_string(most_keys) + " keys.");
    }
    return true;
  };
  try {
    return Json::parse(text, watch);
  } catch (const Json::exception& error) {
    const std::string what = error.what();
    const auto end_of_id = what.find("] ");
    throw ArgumentError("The text is no JSON: " + (end_of_id == std::string::npos ? what : what.substr(end_of_id + 2)) +
                        ".");
  }
}

std::string dump_json(const Json& json) {
  std::string out;
  append(out, json);
  return out;
}

}  // namespace sumi::saving
