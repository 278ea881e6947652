#include "saving/sharded_file.hpp"

#include <cstdio>

#include "core/text.hpp"
#include "saving/atomic_file.hpp"
#include "saving/json_text.hpp"
#include "sumi/error.hpp"

namespace fs = std::filesystem;

namespace sumi::saving {
namespace {

/// Some variables of one group, in one file.
struct Part {
  const VariableGroup* group;
  std::size_t first, last;
};

/// Fills one file after the other; groups without variables stay in the first.
std::vector<std::vector<Part>> divide(const std::vector<VariableGroup>& groups, double largest) {
  std::vector<std::vector<Part>> files(1);
  double size = 0;
  for (const VariableGroup& group : groups) {
    if (group.variables.empty()) files[0].push_back({&group, 0, 0});
    bool begun = false;
    for (std::size_t i = 0; i < group.variables.size(); ++i) {
      const auto bytes = static_cast<double>(group.variables[i].bytes());
      if (bytes > largest) {
        throw ArgumentError("Expected `max_shard_size` to be at least as large as each variable. Received a limit of " +
                            repr(largest) + " bytes, and " + repr(group.variables[i].name) + " of " +
                            repr(group.owner) + " has " + repr(bytes) + ".");
      }
      if (size + bytes > largest) {
        files.emplace_back();
        size = 0;
        begun = false;
      }
      size += bytes;
      if (!begun) files.back().push_back({&group, i, i});
      begun = true;
      files.back().back().last = i + 1;
    }
  }
  return files;
}

std::string shard_name(const fs::path& json, std::size_t index) {
  std::string base = json.filename().string();
  base.resize(base.size() - std::string(".weights.json").size());
  char number[24];
  std::snprintf(number, sizeof number, "_%05zu", index);
  return base + number + ".weights.h5";
}

}  // namespace

void write_sharded(const fs::path& json, const std::vector<VariableGroup>& groups, double largest) {
  const auto files = divide(groups, largest);
  Json weight_map = Json::object();
  double total = 0;
  std::vector<std::unique_ptr<AtomicFile>> written;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string name = shard_name(json, i);
    std::vector<VariableGroup> parts;
    for (const Part& part : files[i]) {
      const auto begin = part.group->variables.begin();
      parts.push_back(
          {part.group->path,
           part.group->owner,
           "",
           {begin + static_cast<std::ptrdiff_t>(part.first), begin + static_cast<std::ptrdiff_t>(part.last)}});
      for (const ModelVariable& variable : parts.back().variables) total += static_cast<double>(variable.bytes());
      if (part.first != part.last) weight_map[part.group->path].push_back(name);
    }
    Hdf5Writer file(expected_size(parts));
    for (const Part& part : files[i]) write_group(file, *part.group, part.first, part.last);
    written.push_back(std::make_unique<AtomicFile>(json.parent_path() / name));
    written.back()->write(file.finish().pieces);
  }
  const Json content = {{"metadata", {{"total_size", total}}}, {"weight_map", std::move(weight_map)}};
  written.push_back(std::make_unique<AtomicFile>(json));
  const std::string text = content.dump(4);
  written.back()->write(bytes_of(text));
  for (const auto& file : written) file->commit();
}

ShardedStore::ShardedStore(const fs::path& json) : origin_(json.string()) {
  const Bytes text = read_file(json);
  const auto refuse = [this](const std::string& why) {
    throw FileError("'" + origin_ + "' can't be read: " + why + ".");
  };
  Json content;
  try {
    content = parse_json(text.text());
  } catch (const ArgumentError& error) {
    refuse(error.what());
  }
  const auto map = content.is_object() ? content.find("weight_map") : content.end();
  if (!content.is_object() || map == content.end() || !map->is_object()) {
    refuse("expected an object with a `weight_map` that says in which files the weights are");
  }
  for (const auto& [group, names] : map->items()) {
    const Json list = names.is_array() ? names : Json::array({names});
    for (const Json& name : list) {
      if (!name.is_string()) refuse("expected names of files in its `weight_map`, received " + name.dump());
      const auto text_name = name.get<std::string>();
      if (text_name.empty() || fs::path(text_name).filename() != text_name || text_name == "..") {
        refuse("expected names of files beside it, received " + repr(text_name));
      }
      std::unique_ptr<Shard>& shard = shards_[text_name];
      if (!shard) {
        const fs::path path = json.parent_path() / text_name;
        Bytes image = read_file(path);
        const auto view = image.view();
        shard = std::make_unique<Shard>(Shard{std::move(image), Hdf5Reader(view, path.string())});
      }
      files_of_group_[group].push_back(&shard->file);
    }
  }
}

std::vector<WeightStore::Entry> ShardedStore::entries(const VariableGroup& group) const {
  const auto files = files_of_group_.find(group.path);
  std::vector<Entry> all;
  if (files == files_of_group_.end()) return all;
  for (const Hdf5Reader* file : files->second) {
    for (Entry& entry : numbered_entries(*file, group.path)) all.push_back(std::move(entry));
  }
  return all;
}

}  // namespace sumi::saving
