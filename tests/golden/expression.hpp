// The little language of the cases: Python's calls, lists, numbers and arithmetic, with a few functions of arrays.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "golden/array.hpp"

namespace sumi::golden {

struct Call;

/// What an expression means.
struct Value {
  /// A number, text, true, None, or a list or dictionary of such; an array; a call of something that is no function of
  /// arrays, or a bare name; a list in which there are such.
  std::variant<Json, Array, std::shared_ptr<const Call>, std::vector<Value>> held;

  const Json* json() const { return std::get_if<Json>(&held); }
  const Array* array() const { return std::get_if<Array>(&held); }
  const Call* call() const {
    const auto* pointer = std::get_if<std::shared_ptr<const Call>>(&held);
    return pointer == nullptr ? nullptr : pointer->get();
  }
};

/// `SGD(0.1, momentum=0.9)`, or a name alone: `relu`.
struct Call {
  std::string name;  ///< Its last part, of a dotted one.
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
  bool bare = false;
};

using Variables = std::map<std::string, Value>;

/// The value of the longest expression at the beginning of a text, and the words behind it.
struct Parsed {
  Value value;
  std::string rest;
};

/// Names that stand in `variables` mean those; others are bare calls. Functions: fill and pat (see the generator of the
/// traces), zeros, ones, full, arange, linspace, eye; `.reshape(...)` of an array; `+ - * / // %`; `3x3` is (3, 3).
/// Throws Unreadable where no expression begins.
Parsed parse(std::string_view text, const Variables& variables = {});

/// An array or number, whatever words stand behind it.
Array evaluate_array(const std::string& text, const Variables& variables = {});
/// What array_of reads, or the text of an expression.
Array evaluate_array(const Json& json, const Variables& variables = {});
Array to_array(const Value& value);
/// Elements of a list of any kind; a single value is a list of one.
std::vector<Value> elements(const Value& value);

/// The parts of a text between separators that stand in no brackets or quotes, trimmed.
std::vector<std::string> split(std::string_view text, std::string_view separators);
std::string trimmed(std::string_view text);

/// `x=y=arange(3)`: names and what is assigned to them; nothing where the text isn't an assignment.
struct Assignment {
  std::vector<std::string> names;
  std::string text;
};
std::optional<Assignment> assignment(std::string_view text);

}  // namespace sumi::golden
