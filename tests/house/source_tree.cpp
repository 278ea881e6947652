#include "house/source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace fs = std::filesystem;

namespace sumi::house {

namespace {

SourceFile read(const fs::path& root, const fs::path& path) {
  SourceFile file{fs::relative(path, root).generic_string(), {}};
  std::ifstream in(path);
  if (!in) throw std::runtime_error("can't read " + path.string());
  for (std::string line; std::getline(in, line);) file.lines.push_back(std::move(line));
  return file;
}

std::vector<SourceFile> read_tree(const fs::path& root) {
  std::vector<SourceFile> files;
  for (const char* folder : {"include", "src", "apps", "tests", "docs", ".ci"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file()) files.push_back(read(root, entry.path()));
    }
  }
  for (const auto& entry : fs::directory_iterator(root)) {
    // In a second work tree of a clone, .git is a file.
    if (entry.is_regular_file() && entry.path().filename() != ".git") files.push_back(read(root, entry.path()));
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

}  // namespace

const std::vector<SourceFile>& source_tree() {
  static const std::vector<SourceFile> files = read_tree(SUMI_SOURCE_TREE);
  return files;
}

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (!line.starts_with("#include ") || line.size() < 12) continue;
    const bool quoted = line[9] == '"';
    const auto end = line.find(quoted ? '"' : '>', 10);
    includes.push_back({line.substr(10, end - 10), quoted, i + 1});
  }
  return includes;
}

}  // namespace sumi::house
