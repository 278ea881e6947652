#include "training/callbacks/file_template.hpp"

#include <algorithm>
#include <cctype>

#include "core/text.hpp"
#include "sumi/error.hpp"
#include "training/console.hpp"

namespace sumi::training {

namespace {

[[noreturn]] void refuse(const std::string& pattern, const std::string& reason) {
  throw ArgumentError("Failed to format this callback filepath: \"" + pattern + "\". Reason: " + reason);
}

int number(std::string_view& text) {
  int value = 0;
  for (; !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0 && value < 1000;
       text.remove_prefix(1)) {
    value = 10 * value + (text.front() - '0');
  }
  return value;
}

std::string format(const std::string& pattern, const std::variant<std::int64_t, double>& value, std::string_view spec) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  const double real = whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
  const std::string given(spec);
  const bool zeros = spec.starts_with("0");
  const int width = number(spec);
  int precision = 6;
  const bool has_precision = spec.starts_with(".");
  if (has_precision) {
    spec.remove_prefix(1);
    if (spec.empty() || std::isdigit(static_cast<unsigned char>(spec.front())) == 0) spec = "?";
    precision = number(spec);
  }
  std::string text;
  if ((spec == "d" || spec.empty()) && !has_precision && whole != nullptr) {
    text = std::to_string(*whole);
  } else if (spec.empty() && !has_precision) {
    text = repr(real);
  } else if (spec == "f") {
    text = fixed(real, precision);
  } else if (spec == "e") {
    text = scientific(real, precision);
  } else {
    refuse(pattern,
           "expected a format of width, precision, and d (for whole numbers), f or e, received '" + given + "'");
  }
  const std::size_t missing = static_cast<std::size_t>(width) - std::min(text.size(), static_cast<std::size_t>(width));
  text.insert(zeros && text.starts_with("-") ? 1 : 0, missing, zeros ? '0' : ' ');
  return text;
}

}  // namespace

std::string fill_template(const std::string& pattern, const std::vector<TemplateValue>& values) {
  std::string result;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c != '{' && c != '}') {
      result += c;
      continue;
    }
    if (i + 1 < pattern.size() && pattern[i + 1] == c) {
      result += pattern[++i];
      continue;
    }
    const std::size_t end = pattern.find('}', i);
    if (c == '}' || end == std::string::npos) refuse(pattern, "a bracket stands alone");
    const std::string field = pattern.substr(i + 1, end - i - 1);
    const std::size_t colon = std::min(field.find(':'), field.size());
    const std::string name = field.substr(0, colon);
    const auto found =
        std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == name; });
    if (found == values.end()) refuse(pattern, repr(std::string_view(name)));
    result += format(pattern, found->second, std::string_view(field).substr(std::min(colon + 1, field.size())));
    i = end;
  }
  return result;
}

}  // namespace sumi::training
