#include "saving/weight_file.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>

#include "core/naming.hpp"
#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi::saving {
namespace {

/// `7` as the place of a variable; nothing for other names.
std::optional<std::size_t> number_of(std::string_view name) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

/// Keras 3.0.0 had another name for the group of all layers.
std::string present_path(const Hdf5Reader& file, const std::string& path) {
  const std::string current = "/layers/";
  if (!path.starts_with(current) || file.has("/layers")) return path;
  return "/_layer_checkpoint_dependencies/" + path.substr(current.size());
}

}  // namespace

std::vector<std::string> group_keys(const std::vector<std::string>& class_names) {
  std::map<std::string, int> used;
  std::vector<std::string> keys;
  for (const std::string& class_name : class_names) {
    const std::string key = to_snake_case(class_name);
    const int before = used[key]++;
    keys.push_back(before == 0 ? key : key + "_" + std::to_string(before));
  }
  return keys;
}

std::vector<WeightStore::Entry> numbered_entries(const Hdf5Reader& file, const std::string& group) {
  std::map<std::size_t, Hdf5Array> found;
  const std::string path = present_path(file, group);
  if (!file.has(path)) return {};
  for (const std::string_view name : file.names(path)) {
    if (const auto number = number_of(name)) found.emplace(*number, file.array(path + "/" + std::string(name)));
  }
  std::vector<WeightStore::Entry> entries;
  for (auto& [number, array] : found) entries.push_back({&file, std::move(array)});
  return entries;
}

void write_group(Hdf5Writer& file, const VariableGroup& group, std::size_t first, std::size_t last) {
  file.group(group.path);
  file.attribute(group.path, "name", group.owner);
  for (std::size_t i = first; i < last; ++i) {
    const ModelVariable& variable = group.variables[i];
    const std::string path = group.path + "/" + std::to_string(i);
    if (variable.integer != nullptr) {
      file.integer(path, *variable.integer);
    } else {
      file.floats(path, variable.shape, variable.floats);
    }
  }
}

std::size_t expected_size(const std::vector<VariableGroup>& groups) {
  std::size_t size = 8192;
  // Two groups with their tables of names and an attribute; a header for each array.
  for (const VariableGroup& group : groups) size += 2800 + 300 * group.variables.size();
  return size;
}

Hdf5Image write_weights(const std::vector<VariableGroup>& groups) {
  Hdf5Writer file(expected_size(groups));
  for (const VariableGroup& group : groups) write_group(file, group, 0, group.variables.size());
  return file.finish();
}

void WeightStore::Entry::read(const ModelVariable& into) const {
  if (into.integer != nullptr) {
    *into.integer = file->read_integer(array);
  } else {
    file->read(array, into.floats);
  }
}

std::vector<Misfit> find_misfits(const WeightStore& store, const std::vector<VariableGroup>& groups) {
  std::vector<Misfit> misfits;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const VariableGroup& group = groups[i];
    const auto entries = store.entries(group);
    if (entries.size() != group.variables.size()) {
      std::vector<std::string> names;
      for (const ModelVariable& variable : group.variables) names.push_back(repr(variable.name));
      misfits.push_back({i, "Layer " + repr(group.owner) + " expected " + std::to_string(names.size()) +
                                " variables, but received " + std::to_string(entries.size()) +
                                " variables during loading. Expected: [" + join(names) + "]"});
      continue;
    }
    for (std::size_t v = 0; v < entries.size(); ++v) {
      const ModelVariable& variable = group.variables[v];
      if (entries[v].array.shape == variable.shape) continue;
      misfits.push_back({i, "Layer " + repr(group.owner) + " expected " + repr(variable.name) + " of shape " +
                                to_string(variable.shape) + ", but received shape " +
                                to_string(entries[v].array.shape)});
      break;
    }
  }
  return misfits;
}

void require_no_misfits(const std::string& origin, const std::vector<VariableGroup>& groups,
                        const std::vector<Misfit>& misfits) {
  if (misfits.empty()) return;
  std::vector<std::string> objects;
  for (const Misfit& misfit : misfits) {
    const VariableGroup& group = groups[misfit.group];
    objects.push_back("<" + group.class_name + " name=" + group.owner + ">");
  }
  throw FileError("'" + origin + "' doesn't fit the model: a total of " + std::to_string(misfits.size()) +
                  " objects could not be loaded. Example error message for object " + objects[0] + ": " +
                  misfits[0].why + ". List of objects that could not be loaded: [" + join(objects) + "]");
}

void require_distinct(const WeightStore& store, const std::vector<VariableGroup>& groups) {
  std::vector<Hdf5Array> arrays;
  for (const VariableGroup& group : groups) {
    for (auto& entry : store.entries(group)) {
      if (!entry.array.data.empty()) arrays.push_back(std::move(entry.array));
    }
  }
  const auto before = [](const Hdf5Array& a, const Hdf5Array& b) {
    return std::less<>()(a.data.data(), b.data.data());
  };
  std::sort(arrays.begin(), arrays.end(), before);
  const auto meet = [](const Hdf5Array& a, const Hdf5Array& b) {
    return std::less<>()(b.data.data(), a.data.data() + a.data.size());
  };
  const auto found = std::adjacent_find(arrays.begin(), arrays.end(), meet);
  if (found == arrays.end()) return;
  throw FileError("'" + store.origin() + "' can't be read: " + repr(found->path) + " and " + repr((found + 1)->path) +
                  " lie in the same bytes of it.");
}

void read_group(const WeightStore& store, const VariableGroup& group) {
  const auto entries = store.entries(group);
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].read(group.variables[i]);
}

H5Store::H5Store(std::span<const std::byte> image, std::string origin) : file_(image, std::move(origin)) {}

std::vector<WeightStore::Entry> H5Store::entries(const VariableGroup& group) const {
  return numbered_entries(file_, group.path);
}

}  // namespace sumi::saving
