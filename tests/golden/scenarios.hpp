// Cases that are told in words alone: which test does what they say, or that sumi doesn't have it.
#pragma once

#include <string>
#include <vector>

namespace sumi::golden {

struct Scenario {
  const char* id;       ///< of the case
  const char* program;  ///< the test program that has the test; null where sumi doesn't have what the case is about
  const char* text;     ///< the test's name, or what there is instead

  bool supported() const { return program != nullptr; }
};

/// Null where the table has no such case.
const Scenario* find_scenario(const std::string& id);

/// Runs each test of the table alone; `folder`: where the programs are. Says which tests do not exist or fail, and
/// which of the cases told in words, `told`, are not in the table; false where there are any of either.
bool check_scenarios(const std::string& folder, const std::vector<std::string>& told);

}  // namespace sumi::golden
