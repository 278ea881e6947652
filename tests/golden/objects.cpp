// From names and calls to configurations, and from these to objects.
#include "golden/objects.hpp"

#include <algorithm>
#include <memory>
#include <regex>

#include "sumi/constraints.hpp"
#include "sumi/losses.hpp"
#include "sumi/metrics.hpp"
#include "sumi/optimizers.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi::golden {
namespace {

template <class T>
std::unique_ptr<SpecSlot> slot_named(const std::string& name) {
  return has<T>(name) ? std::make_unique<T>(T::from_identifier(name)) : nullptr;
}

// An object within an argument: whichever kind has the name.
std::unique_ptr<SpecSlot> any_slot(const std::string& name) {
  for (const auto make : {slot_named<Schedule>, slot_named<Initializer>, slot_named<Regularizer>,
                          slot_named<Constraint>, slot_named<Loss>, slot_named<Metric>, slot_named<Layer>}) {
    if (auto slot = make(name)) return slot;
  }
  throw Skip("sumi has nothing called '" + name + "'");
}

std::vector<std::string> keys_of(const SpecSlot& slot) {
  std::vector<std::string> keys;
  const Json config = saving::to_config(slot);
  for (const auto& [key, value] : config.items()) keys.push_back(key);
  return keys;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_activation(const Value& value) {
  if (value.call() == nullptr || !value.call()->bare) return false;
  try {
    ActivationFunction(std::string_view(value.call()->name));
    return true;
  } catch (const ArgumentError&) {
    return false;
  }
}

// Keys of a configuration that is written differently from how it is called.
std::string full_name(const SpecSlot& slot, const std::string& key) {
  if (slot.kind() == "layers" && (key == "kernel" || key == "bias")) return key + "_initializer";
  return key == "batch" ? "batch_size" : key;
}

}  // namespace

std::vector<std::string> argument_names(const SpecSlot& slot) {
  std::vector<std::string> names = keys_of(slot);
  if (slot.kind() == "optimizers") {
    // A configuration has the arguments that all optimizers share first, a constructor after its own.
    const std::vector<std::string> other = keys_of(Optimizer(slot.class_name() == "SGD" ? "adam" : "sgd"));
    std::stable_partition(names.begin(), names.end(),
                          [&](const std::string& name) { return name == "learning_rate" || !contains(other, name); });
  }
  const std::set<std::string> last = {"name", "trainable", "dtype"};
  std::stable_partition(names.begin(), names.end(), [&](const std::string& name) { return !last.contains(name); });
  return names;
}

Json config_from(const SpecSlot& slot, const Json& inputs, const std::set<std::string>& used) {
  const std::vector<std::string> known = argument_names(slot);
  Json config = Json::object();
  for (const auto& [key, value] : inputs.items()) {
    if (used.contains(key)) continue;
    if (!contains(known, key)) throw Unreadable("the input `" + key + "`");
    config[key] = value;
  }
  return config;
}

Json config_from(const SpecSlot& slot, const Call& call) {
  const std::vector<std::string> names = argument_names(slot);
  Json config = Json::object();
  std::size_t next = 0;
  for (const Value& value : call.positional) {
    if (is_activation(value) && contains(names, "activation")) {
      config["activation"] = value.call()->name;
    } else if (slot.class_name() == Input::class_name) {
      // `Input((28, 28, 1))`, and `Input(28, 28, 1)` for short.
      for (const Value& dimension : elements(value)) config["shape"].push_back(json_of(dimension));
    } else if (next < names.size()) {
      config[names[next++]] = json_of(value);
    } else {
      throw Unreadable("more arguments than " + call.name + " has");
    }
  }
  for (const auto& [key, value] : call.named) config[full_name(slot, key)] = json_of(value);
  return config;
}

Json json_of(const Value& value) {
  if (value.json() != nullptr) return *value.json();
  if (const Call* call = value.call()) {
    if (call->bare) return call->name;
    const auto slot = any_slot(call->name);
    return {{"class_name", slot->class_name()}, {"config", config_from(*slot, *call)}};
  }
  if (value.array() != nullptr) throw Unreadable("an array where a configuration was expected");
  Json list = Json::array();
  for (const Value& element : elements(value)) list.push_back(json_of(element));
  return list;
}

Layer layer_of(const Call& call) {
  Call full = call;
  static const std::regex pooling("(Max|Average|Avg)Pool(\\d+)");
  std::smatch match;
  if (std::regex_match(call.name, match, pooling)) {
    full.name = match[1] == "Max" ? "MaxPooling2D" : "AveragePooling2D";
    full.named.emplace_back("pool_size", Value{Json(std::stoi(match[2]))});
  } else if (call.name == "BN") {
    full.name = "BatchNormalization";
  } else if (call.name == "Input") {
    full.name = Input::class_name;
  }
  return object<Layer>(full);
}

}  // namespace sumi::golden
