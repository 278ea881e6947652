// Comparisons with what a case expects.
#include "golden/check.hpp"

#include <cmath>
#include <optional>
#include <regex>

#include "core/text.hpp"
#include "golden/expression.hpp"

namespace sumi::golden {
namespace {

std::string at(const std::string& what, const std::string& where) {
  if (what.empty() && where.empty()) return "";
  return " (" + where + (what.empty() || where.empty() ? "" : " of ") + what + ")";
}

Array slice(const Array& array, std::size_t begin, std::size_t count, const std::string& what) {
  if (begin + count > array.data.size()) {
    throw Mismatch(std::to_string(count) + " numbers", std::to_string(array.data.size()) + at(what, ""));
  }
  const auto from = array.data.begin() + static_cast<std::ptrdiff_t>(begin);
  return {{static_cast<std::int64_t>(count)}, {from, from + static_cast<std::ptrdiff_t>(count)}};
}

// Channel k of sample n of an image batch (N, H, W, C).
Array channel(const Array& images, std::size_t k, std::size_t n) {
  if (images.shape.size() != 4) throw Unreadable("a channel of " + to_string(images.shape));
  const auto [h, w, c] = std::array{images.shape[1], images.shape[2], images.shape[3]};
  Array result{{h, w}, {}};
  for (std::size_t i = 0; i < static_cast<std::size_t>(h * w); ++i) {
    result.data.push_back(images.data.at((n * static_cast<std::size_t>(h * w) + i) * static_cast<std::size_t>(c) + k));
  }
  return result;
}

void check_property(const std::string& key, const Json& expected, const Array& got, const Tolerance& tolerance,
                    const std::string& what) {
  static const std::regex ends("(first|last)_(\\d+)"), one_channel("channel(\\d+)_of_sample(\\d+)");
  std::smatch match;
  const std::string where = key + (what.empty() ? "" : " of " + what);
  if (key == "shape") {
    if (expected.get<Shape>() != got.shape) {
      throw Mismatch(to_string(expected.get<Shape>()), to_string(got.shape) + at(what, "shape"));
    }
  } else if (key == "data") {
    check(expected, got, tolerance, what);
  } else if (key == "sum") {
    double sum = 0;
    for (const double value : got.data) sum += value;
    check(expected, {{}, {sum}}, tolerance, where);
  } else if (std::regex_match(key, match, ends)) {
    const std::size_t count = std::stoul(match[2]);
    const std::size_t begin = match[1] == "first" || count > got.data.size() ? 0 : got.data.size() - count;
    check(expected, slice(got, begin, count, what), tolerance, where);
  } else if (std::regex_match(key, match, one_channel)) {
    check(expected, channel(got, std::stoul(match[1]), std::stoul(match[2])), tolerance, where);
  } else {
    throw Unreadable("the property `" + key + "` of an array");
  }
}

bool same(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) {
    if (a.size() != b.size()) return false;
    for (const auto& [key, value] : a.items()) {
      if (!b.contains(key) || !same(value, b[key])) return false;
    }
    return true;
  }
  if (a.is_array() && b.is_array()) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!same(a[i], b[i])) return false;
    }
    return true;
  }
  return a == b;
}

}  // namespace

bool Tolerance::accepts(double expected, double got) const {
  if (std::isnan(expected) || std::isnan(got)) return std::isnan(expected) && std::isnan(got);
  return expected == got || std::abs(got - expected) <= absolute + relative * std::abs(expected);
}

Tolerance tolerance_of(const Json& json) {
  if (json.is_null()) return {};
  // The next smaller number, since the bound itself is excluded.
  if (json.contains("decimal")) return {0.0, std::nextafter(1.5 * std::pow(10.0, -json["decimal"].get<int>()), 0.0)};
  return {json.value("rtol", 0.0), json.value("atol", 0.0)};
}

void check(const Json& expected, const Array& got, const Tolerance& tolerance, const std::string& what) {
  if (expected.is_object() && !(expected.contains("data") && expected.size() == 2)) {
    for (const auto& [key, value] : expected.items()) check_property(key, value, got, tolerance, what);
    return;
  }
  const Array wanted = expected.is_string() ? evaluate_array(expected.get<std::string>()) : array_of(expected);
  const bool flat = wanted.shape.size() == 1 && expected.is_array();
  if (wanted.shape != got.shape && !(flat && wanted.data.size() == got.data.size())) {
    throw Mismatch(to_string(wanted.shape), to_string(got.shape) + at(what, "shape"));
  }
  for (std::size_t i = 0; i < wanted.data.size(); ++i) {
    if (tolerance.accepts(wanted.data[i], got.data[i])) continue;
    const std::string where = wanted.data.size() == 1 ? "" : "element " + std::to_string(i);
    throw Mismatch(repr(wanted.data[i]), repr(got.data[i]) + at(what, where));
  }
}

void check_same(const Json& expected, const Json& got, const std::string& what) {
  if (!same(expected, got)) throw Mismatch(expected.dump(), got.dump() + at(what, ""));
}

void detail::check_message(const Json& expected, const std::string& message) {
  const auto wanted = expected.value("message_contains", std::string());
  if (message.find(wanted) == std::string::npos) throw Mismatch("an error \"" + wanted + "\"", '"' + message + '"');
}

void detail::no_error(const Json& expected) {
  throw Mismatch("an error \"" + expected.value("message_contains", std::string()) + "\"", "none");
}

}  // namespace sumi::golden
