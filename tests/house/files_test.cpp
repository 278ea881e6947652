// What every file of the house has, and what none has.
#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "house/source_tree.hpp"
#include "support/catch.hpp"

using namespace sumi::house;

namespace {

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string lower_case(std::string line) {
  std::ranges::transform(line, line.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return line;
}

// Whether a line has `word` as a word of its own.
bool has_word(std::string_view line, std::string_view word) {
  for (auto at = line.find(word); at != std::string::npos; at = line.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !is_word_character(line[at - 1]);
    if (begins && (end == line.size() || !is_word_character(line[end]))) return true;
  }
  return false;
}

// The lines of a header that include the others of its folder, as they should be.
std::vector<std::string> umbrella(std::string_view folder, std::string_view but) {
  std::vector<std::string> lines;
  for (const auto& file : source_tree()) {
    if (!file.below(folder) || !file.is_header() || file.path == but) continue;
    if (file.path.find('/', folder.size()) != std::string::npos) continue;
    lines.push_back(file.path.substr(std::string_view("include/").size()));
  }
  return lines;
}

std::vector<std::string> included_by(std::string_view path) {
  std::vector<std::string> paths;
  for (const auto& file : source_tree()) {
    if (file.path != path) continue;
    for (const auto& include : includes_of(file)) paths.push_back(include.path);
  }
  return paths;
}

}  // namespace

TEST_CASE("every header begins with its promise and is included once") {
  for (const auto& file : source_tree()) {
    if (!file.is_header()) continue;
    INFO(file.path);
    REQUIRE(file.lines.size() > 2);
    // A sentence: it may go on for some lines.
    CHECK(file.lines[0].starts_with("// "));
    const auto code = std::ranges::find_if_not(file.lines, [](const auto& line) { return line.starts_with("//"); });
    REQUIRE(code != file.lines.begin());
    CHECK((*(code - 1)).ends_with("."));
    // An -inl file is compiled once for each kind of processor: into one file more than once, or into several.
    if (!file.path.ends_with("-inl.hpp")) CHECK(*code == "#pragma once");
  }
}

TEST_CASE("the headers that include everything do") {
  CHECK(included_by("include/sumi/callbacks.hpp") == umbrella("include/sumi/callbacks/", ""));
  CHECK(included_by("include/sumi/layers.hpp") == umbrella("include/sumi/layers/", ""));
  CHECK(included_by("include/sumi/losses.hpp") == umbrella("include/sumi/losses/", ""));
  CHECK(included_by("include/sumi/metrics.hpp") == umbrella("include/sumi/metrics/", ""));
  CHECK(included_by("include/sumi/optimizers.hpp") == umbrella("include/sumi/optimizers/", ""));
  CHECK(included_by("include/sumi/sumi.hpp") == umbrella("include/sumi/", "include/sumi/sumi.hpp"));
}

TEST_CASE("no public header mentions what sumi is made of") {
  for (const auto& file : source_tree()) {
    if (!file.below("include/")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const char* word : {"dnnl", "onednn", "hdf5", "libzip", "nlohmann", "omp", "openmp", "pthread"}) {
        if (has_word(lower_case(file.lines[i]), word)) FAIL_CHECK(file.path << ':' << i + 1 << " mentions " << word);
      }
    }
  }
  CHECK(has_word(lower_case("int omp_threads; // OMP"), "omp"));
  CHECK_FALSE(has_word("compute omp_threads", "omp"));
}

TEST_CASE("no file names a folder of somebody's machine") {
  // Written in two parts, so that this file doesn't either.
  const std::vector<std::string> folders = {std::string("/wo") + "rk/", std::string("/ro") + "ot/",
                                            std::string("/ho") + "me/", std::string("/fa") + "rm/",
                                            std::string("/bash") + "_jobs"};
  for (const auto& file : source_tree()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const auto& folder : folders) {
        if (file.lines[i].find(folder) != std::string::npos) {
          FAIL_CHECK(file.path << ':' << i + 1 << " names " << folder);
        }
      }
    }
  }
}

// In CMake's lists, through which ctest learns the names with Catch2 3, an open bracket swallows the names after it.
TEST_CASE("no file of code has more than 400 lines") {
  for (const SourceFile& file : source_tree()) {
    const bool code = file.path.ends_with(".cpp") || file.is_header() || file.path.ends_with(".py");
    INFO(file.path);
    if (code) CHECK(file.lines.size() <= 400);
  }
}

TEST_CASE("brackets in the names of tests are closed") {
  for (const auto& file : source_tree()) {
    if (!file.below("tests/")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const auto& line = file.lines[i];
      if (!line.starts_with("TEST_CASE")) continue;
      if (std::ranges::count(line, '[') != std::ranges::count(line, ']')) FAIL_CHECK(file.path << ':' << i + 1);
    }
  }
}

TEST_CASE("nothing is left open") {
  // In two parts as well.
  const std::vector<std::string> marks = {std::string("TO") + "DO", std::string("FIX") + "ME", std::string("XX") + "X",
                                          std::string("HA") + "CK"};
  for (const auto& file : source_tree()) {
    if (!file.below("include/") && !file.below("src/") && !file.below("apps/") && !file.below("tests/")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const auto& mark : marks) {
        if (has_word(file.lines[i], mark)) FAIL_CHECK(file.path << ':' << i + 1 << " is left open: " << mark);
      }
    }
  }
}

TEST_CASE("the top level holds what it may hold") {
  for (const auto& file : source_tree()) {
    if (file.path.find('/') != std::string::npos || file.path.starts_with(".")) continue;
    const std::vector<std::string> allowed = {"CHANGELOG.md", "CMakeLists.txt", "CMakePresets.json",
                                              "LICENSE",      "README.md",      "compile_commands.json"};
    if (std::ranges::count(allowed, file.path) == 0) FAIL_CHECK(file.path << " does not belong into the top level");
  }
}
