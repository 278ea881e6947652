// The rules of Keras's automatic names.
#include "core/naming.hpp"

#include <map>
#include <mutex>

#include "sumi/session.hpp"

namespace sumi {
namespace {

struct Counters {
  std::mutex mutex;
  std::map<std::string, int> given;
};
Counters& counters() {
  static Counters all;
  return all;
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_word(char c) { return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || c == '_'; }

}  // namespace

std::string to_snake_case(std::string_view name) {
  std::string word;
  for (const char c : name) {
    if (is_word(c)) word += c;
  }
  // Keras's two substitutions: (.)([A-Z][a-z]+) -> \1_\2, then ([a-z])([A-Z]) -> \1_\2.
  std::string split;
  for (std::size_t i = 0; i < word.size();) {
    split += word[i++];
    if (i + 1 >= word.size() || !is_upper(word[i]) || !is_lower(word[i + 1])) continue;
    split += '_';
    split += word[i++];
    while (i < word.size() && is_lower(word[i])) split += word[i++];
  }
  std::string text;
  for (std::size_t i = 0; i < split.size(); ++i) {
    if (i > 0 && is_lower(split[i - 1]) && is_upper(split[i])) text += '_';
    text += is_upper(split[i]) ? static_cast<char>(split[i] - 'A' + 'a') : split[i];
  }
  return text;
}

std::string auto_name(std::string_view prefix) {
  const std::string base = to_snake_case(prefix);
  const std::lock_guard lock(counters().mutex);
  const int before = counters().given[base]++;
  return before == 0 ? base : base + "_" + std::to_string(before);
}

void clear_session() {
  const std::lock_guard lock(counters().mutex);
  counters().given.clear();
}

}  // namespace sumi
