// The project's own text files, as the rules of the house look at them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sumi::house {

/// A file of the source tree.
struct SourceFile {
  std::string path;                ///< From the root of the project, with slashes: `src/layers/dense.cpp`.
  std::vector<std::string> lines;  ///< Without their ends.

  bool is_header() const { return path.ends_with(".hpp"); }
  bool below(std::string_view folder) const { return path.starts_with(folder); }
};

/// Every file below the folders of the house (include, src, apps, tests, docs, .ci) and the files beside them, sorted
/// by path. `data/` and what is built are not among them.
const std::vector<SourceFile>& source_tree();

/// What a file includes: the text between quotes or angle brackets.
struct Include {
  std::string path;
  bool quoted = false;
  std::size_t line = 0;  ///< Counted from 1.
};
std::vector<Include> includes_of(const SourceFile& file);

}  // namespace sumi::house
