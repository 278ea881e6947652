// Named default objects of one kind: what configurations and strings are turned into.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/naming.hpp"
#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi {

/// T is Layer, Initializer, ... Each kind has one registry, made from one explicit list of sumi's own classes.
template <class T>
class Registry {
 public:
  /// A default object, and short names besides the class name and its snake_case.
  struct Entry {
    Entry(T default_value, std::vector<std::string> short_names = {})
        : value(std::move(default_value)), aliases(std::move(short_names)) {}
    T value;
    std::vector<std::string> aliases;
  };

  /// `kind` is the word for messages: "initializer".
  Registry(std::string kind, std::vector<Entry> built_in) : kind_(std::move(kind)) {
    for (Entry& entry : built_in) {
      const std::string class_name(entry.value.class_name());
      if (!by_class()) entry.aliases.push_back(to_snake_case(class_name));
      entries_.push_back({class_name, std::move(entry.value), std::move(entry.aliases), true});
    }
  }

  /// The object of a class name, its snake_case or an alias. Throws ArgumentError that lists what is known, and guesses
  /// what was meant.
  T find(std::string_view identifier) const {
    const std::lock_guard lock(mutex_);
    if (const Known* entry = lookup(identifier)) return entry->value;
    std::vector<std::string> names, classes;
    for (const Known& entry : entries_) {
      names.insert(names.end(), entry.aliases.begin(), entry.aliases.end());
      (by_class() || !entry.built_in ? names : classes).push_back(entry.class_name);
    }
    const std::string known = join(names);
    names.insert(names.end(), classes.begin(), classes.end());
    throw ArgumentError((by_class() ? "Could not locate class " + repr(identifier)
                                    : "Could not interpret " + kind_ + " identifier: " + std::string(identifier)) +
                        ". Known: " + known + "." + suggestion(identifier, names));
  }

  /// Whether `find` finds something.
  bool knows(std::string_view identifier) const {
    const std::lock_guard lock(mutex_);
    return lookup(identifier) != nullptr;
  }

  bool is_built_in(std::string_view class_name) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const Known& entry) { return entry.built_in && entry.class_name == class_name; });
  }

  /// A user's class; it replaces an earlier one of the user's. Throws ArgumentError where sumi has one of that name.
  void add(std::string class_name, T value) {
    const std::lock_guard lock(mutex_);
    for (const Known& entry : entries_) {
      if (!entry.built_in || entry.class_name != class_name) continue;
      throw ArgumentError("The " + kind_ + " class " + class_name + " is one of sumi's own and can't be replaced.");
    }
    std::erase_if(entries_, [&](const Known& entry) { return entry.class_name == class_name; });
    entries_.push_back({class_name, std::move(value), {}, false});
  }

 private:
  struct Known {
    std::string class_name;
    T value;
    std::vector<std::string> aliases;
    bool built_in;
  };

  // Class names first, since a user's may be an alias of ours.
  const Known* lookup(std::string_view identifier) const {
    for (const Known& entry : entries_) {
      if (entry.class_name == identifier) return &entry;
    }
    for (const Known& entry : entries_) {
      if (std::find(entry.aliases.begin(), entry.aliases.end(), identifier) != entry.aliases.end()) return &entry;
    }
    return nullptr;
  }

  /// Layers have no string identifiers, only classes.
  bool by_class() const { return kind_ == "layer"; }

  std::string kind_;
  mutable std::mutex mutex_;
  std::vector<Known> entries_;
};

}  // namespace sumi
