#include "saving/legacy_file.hpp"

#include "core/text.hpp"
#include "saving/json_text.hpp"
#include "sumi/error.hpp"

namespace sumi::saving {

LegacyStore::LegacyStore(std::span<const std::byte> image, std::string origin)
    : file_(image, std::move(origin)), root_(file_.has("/model_weights") ? "/model_weights" : "/") {
  if (names(root_, "layer_names").empty()) {
    throw FileError("'" + file_.origin() + "' can't be read: it has no list of layer names, as Keras's `.h5` files " +
                    "have; a file of another form needs the extension `.weights.h5`.");
  }
}

Json LegacyStore::json_attribute(const char* name) const {
  const auto text = file_.attribute("/", name);
  return text ? parse_json(*text) : Json();
}

Json LegacyStore::model_config() const { return json_attribute("model_config"); }

Json LegacyStore::training_config() const { return json_attribute("training_config"); }

std::vector<std::string> LegacyStore::names(const std::string& group, const std::string& attribute) const {
  if (const auto all = file_.attributes(group, attribute)) return *all;
  // An attribute of more than 64 KB is cut into numbered ones.
  std::vector<std::string> names;
  for (int i = 0;; ++i) {
    const auto part = file_.attributes(group, attribute + std::to_string(i));
    if (!part) return names;
    names.insert(names.end(), part->begin(), part->end());
  }
}

std::vector<WeightStore::Entry> LegacyStore::listed(const std::string& group) const {
  std::vector<Entry> entries;
  for (const std::string& name : names(group, "weight_names")) {
    entries.push_back({&file_, file_.array(group + "/" + name)});
  }
  return entries;
}

void LegacyStore::match(const std::vector<VariableGroup>& layers) {
  std::vector<std::string> with_weights;
  for (const std::string& layer : names(root_, "layer_names")) {
    const std::string group = (root_ == "/" ? "" : root_) + "/" + layer;
    if (!names(group, "weight_names").empty()) with_weights.push_back(group);
  }
  std::size_t expected = 0;
  for (const VariableGroup& layer : layers) {
    if (layer.variables.empty()) continue;
    if (expected < with_weights.size()) layer_of_[layer.path] = with_weights[expected];
    ++expected;
  }
  if (expected == with_weights.size()) return;
  throw FileError("'" + file_.origin() + "' doesn't fit the model: Layer count mismatch when loading weights from " +
                  "file. Model expected " + std::to_string(expected) + " layers, found " +
                  std::to_string(with_weights.size()) + " saved layers.");
}

std::vector<WeightStore::Entry> LegacyStore::entries(const VariableGroup& group) const {
  if (group.path.starts_with("/optimizer/")) {
    return file_.has("/optimizer_weights") ? listed("/optimizer_weights") : std::vector<Entry>();
  }
  const auto layer = layer_of_.find(group.path);
  return layer == layer_of_.end() ? std::vector<Entry>() : listed(layer->second);
}

}  // namespace sumi::saving
