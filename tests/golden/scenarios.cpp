#include "golden/scenarios.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <span>

namespace sumi::golden {
namespace {

constexpr const char* tensor_board =
    "TensorBoard's files are another program's protocol buffers; CSVLogger writes the numbers, History keeps them";

constexpr std::array scenarios = {
    Scenario{"optimizer-230", "test_golden", "A weight without a gradient stays as it is, with a warning"},
    Scenario{"training-260", "test_golden", "Which numbers each hook of a callback gets"},
    Scenario{"callback-313", nullptr, tensor_board},
    Scenario{"callback-314", nullptr, tensor_board},
    Scenario{"summary-326", "test_golden", "The summary of a model that isn't compiled has no optimizer"},
    Scenario{"error-328", "test_golden", "Two layers of the same name are refused"},
    Scenario{"error-329", "test_golden", "A model without layers can't be called"},
    Scenario{"error-330", "test_golden", "A model with an Input is not built for another shape"},
};

/// As one word of a shell's command.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

/// What a program writes, on both of its streams.
std::string output_of(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "";
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  pclose(pipe);
  return text;
}

/// The name as one that Catch2 takes for itself alone: some characters mean something else there.
std::string literal(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == ',' || c == '[' || c == ']' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

}  // namespace

const Scenario* find_scenario(const std::string& id) {
  const auto* const found =
      std::find_if(scenarios.begin(), scenarios.end(), [&](const Scenario& scenario) { return scenario.id == id; });
  return found == scenarios.end() ? nullptr : found;
}

bool check_scenarios(const std::string& folder, const std::vector<std::string>& told) {
  bool good = true;
  const auto fails = [&](const std::string& id, const std::string& why) {
    std::cout << "not ok " << id << ": " << why << '\n';
    good = false;
  };
  for (const Scenario& scenario : scenarios) {
    if (!scenario.supported()) continue;
    const std::string output =
        output_of(quoted(folder + "/" + scenario.program) + " " + quoted(literal(scenario.text)));
    if (output.find("All tests passed") != std::string::npos) {
      std::cout << "ok " << scenario.id << ": " << scenario.text << '\n';
    } else {
      fails(scenario.id, "expected the test \"" + std::string(scenario.text) + "\" of " + scenario.program +
                             " to pass, got\n" + output);
    }
  }
  for (const std::string& id : told) {
    if (find_scenario(id) == nullptr) fails(id, "is told in words, and scenarios.cpp has no test for it");
  }
  return good;
}

}  // namespace sumi::golden
