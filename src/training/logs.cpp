// Named numbers in a fixed order.
#include "sumi/logs.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace sumi {

void Logs::set(std::string_view name, double value) {
  for (value_type& entry : values_) {
    if (entry.first != name) continue;
    entry.second = value;
    return;
  }
  values_.emplace_back(name, value);
}

double Logs::operator[](std::string_view name) const {
  if (const std::optional<double> value = find(name)) return *value;
  std::vector<std::string> names;
  for (const auto& [known, value] : values_) names.push_back(known);
  throw ArgumentError("Expected the name of one of these values: " + join(names) + ". Received " + repr(name) + ".");
}

std::optional<double> Logs::find(std::string_view name) const {
  for (const auto& [known, value] : values_) {
    if (known == name) return value;
  }
  return std::nullopt;
}

Logs Logs::sorted() const {
  Logs result = *this;
  std::stable_sort(result.values_.begin(), result.values_.end(),
                   [](const value_type& a, const value_type& b) { return a.first < b.first; });
  return result;
}

}  // namespace sumi
