// Which classes a kind's registry knows.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "support/error_text.hpp"

namespace sumi::testing {

/// The classes that a kind's registry knows, from the error that lists them.
template <class Kind>
std::vector<std::string> known() {
  std::string text = test::error_text<ArgumentError>([] { Kind::from_identifier("no such class"); });
  text = text.substr(text.find("Known: ") + 7);
  std::vector<std::string> names;
  std::istringstream words(text.substr(0, text.rfind('.')));
  for (std::string name; std::getline(words >> std::ws, name, ',');) names.push_back(name);
  return names;
}

}  // namespace sumi::testing
