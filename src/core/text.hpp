// Values as Python prints them, for messages and printed configurations.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sumi/values.hpp"

namespace sumi {

/// The shortest text that reads back as the same double, as Python's repr: `0.5`, `2.0`, `1e-07`, `inf`.
std::string repr(double value);
/// The shortest text that reads back as the same float.
std::string repr(float value);
/// `'relu'`, quotes and backslashes escaped.
std::string repr(std::string_view value);
/// `(3, 3)`.
std::string to_string(Size2 value);
/// With A to Z as a to z.
std::string lower_case(std::string_view text);
/// `a, b, c`.
std::string join(const std::vector<std::string>& words);
/// The word that is nearest to `word` by edits; empty where there is none within a third of its length.
std::string nearest(std::string_view word, const std::vector<std::string>& words);
/// ` Did you mean 'relu'?` with the nearest word; empty where there is none.
std::string suggestion(std::string_view word, const std::vector<std::string>& words);

}  // namespace sumi
