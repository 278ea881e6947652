// Names of files with numbers in them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sumi::training {

/// A number of a template, by name.
using TemplateValue = std::pair<std::string, std::variant<std::int64_t, double>>;

/// `w.{epoch:02d}-{val_loss:.2f}.keras` with the numbers in it, as Python's str.format writes them; `{{` and `}}` are
/// brackets. Formats: a width, with a 0 before it filled with zeros, a precision, and `d`, `f` or `e`. Throws
/// ArgumentError for a name that isn't there and for other formats.
std::string fill_template(const std::string& pattern, const std::vector<TemplateValue>& values);

}  // namespace sumi::training
