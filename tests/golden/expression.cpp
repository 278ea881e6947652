// A recursive-descent parser that evaluates as it reads.
#include "golden/expression.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <regex>

#include "golden/check.hpp"
#include "support/pattern.hpp"

namespace sumi::golden {
namespace {

Json number_of(const Value& value) {
  if (value.json() != nullptr && value.json()->is_number()) return *value.json();
  throw Unreadable("a number was expected");
}

// A shape from `(2, 3)`, `[2, 3]`, `2`, or from several arguments.
Shape shape_of(const std::vector<Value>& arguments, std::size_t count) {
  Shape shape;
  for (std::size_t i = 0; i < count; ++i) {
    for (const Value& dimension : elements(arguments.at(i))) shape.push_back(number_of(dimension).get<std::int64_t>());
  }
  return shape;
}

double real(const std::vector<Value>& arguments, std::size_t i) { return number_of(arguments.at(i)).get<double>(); }

Array range(double begin, double end, double step) {
  Array array{{0}, {}};
  const auto count = static_cast<std::int64_t>(std::max(0.0, std::ceil((end - begin) / step)));
  for (std::int64_t i = 0; i < count; ++i) array.data.push_back(begin + static_cast<double>(i) * step);
  array.shape[0] = count;
  return array;
}

Array linspace(double begin, double end, std::int64_t count) {
  Array array{{count}, {}};
  for (std::int64_t i = 0; i < count; ++i) {
    array.data.push_back(begin + (end - begin) * static_cast<double>(i) / static_cast<double>(count - 1));
  }
  return array;
}

using Function = std::function<Array(const std::vector<Value>&)>;

const Function* function_named(const std::string& name) {
  const Function pattern = [](const std::vector<Value>& a) {
    const Shape shape = shape_of(a, 1);
    return Array{shape, testing::fill(shape, number_of(a.at(1)).get<int>())};
  };
  const auto constant = [](double value) {
    return [value](const std::vector<Value>& a) { return filled(shape_of(a, a.size()), value); };
  };
  static const std::map<std::string, Function> functions = {
      {"fill", pattern},
      {"pat", pattern},
      {"zeros", constant(0.0)},
      {"ones", constant(1.0)},
      {"full", [](const auto& a) { return filled(shape_of(a, a.size() - 1), real(a, a.size() - 1)); }},
      {"arange",
       [](const auto& a) {
         return a.size() == 1 ? range(0, real(a, 0), 1)
                              : range(real(a, 0), real(a, 1), a.size() > 2 ? real(a, 2) : 1.0);
       }},
      {"linspace", [](const auto& a) { return linspace(real(a, 0), real(a, 1), shape_of(a, 3).back()); }},
      {"eye",
       [](const auto& a) {
         const auto n = shape_of(a, 1).at(0);
         Array array = filled({n, n}, 0.0);
         for (std::int64_t i = 0; i < n; ++i) array.data[static_cast<std::size_t>(i * (n + 1))] = 1.0;
         return array;
       }},
  };
  const auto found = functions.find(name);
  return found == functions.end() ? nullptr : &found->second;
}

double apply(const std::string& op, double a, double b) {
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "/") return a / b;
  const double quotient = std::floor(a / b);
  return op == "//" ? quotient : a - quotient * b;
}

Value combine(const std::string& op, const Value& a, const Value& b) {
  if (a.json() != nullptr && b.json() != nullptr) {
    const Json x = number_of(a), y = number_of(b);
    const double result = apply(op, x.get<double>(), y.get<double>());
    if (op != "/" && x.is_number_integer() && y.is_number_integer()) return {Json(std::llround(result))};
    return {Json(result)};
  }
  Array x = to_array(a), y = to_array(b);
  if (x.data.size() == 1 && y.data.size() > 1) x = filled(y.shape, x.data[0]);
  if (y.data.size() == 1 && x.data.size() > 1) y = filled(x.shape, y.data[0]);
  if (x.data.size() != y.data.size())
    throw Unreadable("arrays of " + to_string(x.shape) + " and " + to_string(y.shape));
  for (std::size_t i = 0; i < x.data.size(); ++i) x.data[i] = apply(op, x.data[i], y.data[i]);
  return {x};
}

class Parser {
 public:
  Parser(std::string_view text, const Variables& variables) : text_(text), variables_(variables) {}

  Value sum() {
    Value left = product();
    while (const auto op = operator_of({"+", "-"})) left = combine(*op, left, product());
    return left;
  }
  std::string rest() const { return trimmed(text_.substr(at_)); }

 private:
  Value product() {
    Value left = unary();
    while (const auto op = operator_of({"//", "*", "/", "%"})) left = combine(*op, left, unary());
    return left;
  }

  Value unary() {
    if (accept('-')) return combine("-", {Json(0)}, unary());
    Value value = primary();
    while (value.array() != nullptr && text_.substr(at_).starts_with(".reshape(")) {
      at_ += 9;
      const Call call = arguments("reshape");
      value.held = reshaped(*value.array(), shape_of(call.positional, call.positional.size()));
    }
    return value;
  }

  Value primary() {
    skip_spaces();
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '.') return number();
    if (c == '\'' || c == '"') return {Json(quoted())};
    if (accept('(')) return list(')');
    if (accept('[')) return list(']');
    if (accept('{')) return dictionary();
    if (std::isalpha(static_cast<unsigned char>(c)) || c == '_') return named();
    throw Unreadable("no expression: \"" + std::string(text_.substr(at_)) + "\"");
  }

  Value number() {
    static const std::regex pattern("(\\d+)x(\\d+)(?!\\w)|(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");
    std::cmatch match;
    const char* begin = text_.data() + at_;
    if (!std::regex_search(begin, text_.data() + text_.size(), match, pattern,
                           std::regex_constants::match_continuous)) {
      throw Unreadable("no number: \"" + std::string(text_.substr(at_)) + "\"");
    }
    at_ += static_cast<std::size_t>(match.length());
    if (match[1].matched) return {Json::array({std::stoi(match[1]), std::stoi(match[2])})};
    const bool whole = match.str().find_first_of(".eE") == std::string::npos;
    return {whole ? Json(std::stoll(match.str())) : Json(std::stod(match.str()))};
  }

  std::string quoted() {
    const char quote = text_[at_++];
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) throw Unreadable("a quote without end");
    std::string word(text_.substr(at_, end - at_));
    at_ = end + 1;
    return word;
  }

  // A parenthesis around one expression is that expression, with a comma it is a tuple.
  Value list(char end) {
    std::vector<Value> values;
    bool comma = false;
    while (!accept(end)) {
      values.push_back(sum());
      if (accept(',')) {
        comma = true;
      } else {
        expect(end);
        break;
      }
    }
    if (end == ')' && values.size() == 1 && !comma) return values[0];
    Json plain = Json::array();
    for (const Value& value : values) {
      if (value.json() == nullptr) return {std::move(values)};
      plain.push_back(*value.json());
    }
    return {std::move(plain)};
  }

  Value dictionary() {
    Json object = Json::object();
    while (!accept('}')) {
      const Value key = sum();
      expect(':');
      const Value value = sum();
      if (key.json() == nullptr || value.json() == nullptr) throw Unreadable("a dictionary of other than numbers");
      object[key.json()->is_string() ? key.json()->get<std::string>() : key.json()->dump()] = *value.json();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    return {std::move(object)};
  }

  std::string word() {
    skip_spaces();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  Value named() {
    std::string name = word();
    if (name == "True" || name == "False") return {Json(name == "True")};
    if (name == "None") return {Json()};
    const auto variable = variables_.find(name);
    if (variable != variables_.end() && !next_is('(')) return variable->second;
    // A dotted name is called by its last part: `np.ones`, `layers.Dense`.
    while (next_is('.') && at_ + 1 < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_ + 1]))) {
      const std::size_t before = at_++;
      const std::string last = word();
      if (!next_is('(') && !next_is('.')) {
        at_ = before;
        break;
      }
      name = last;
    }
    if (!next_is('(')) return {std::make_shared<const Call>(Call{name, {}, {}, true})};
    ++at_;
    Call call = arguments(name);
    if (const Function* function = function_named(name)) return {(*function)(call.positional)};
    return {std::make_shared<const Call>(std::move(call))};
  }

  Call arguments(const std::string& name) {
    Call call{name, {}, {}, false};
    while (!accept(')')) {
      // `momentum=0.9`, and `batch 3` in words.
      static const std::regex keyword("\\s*([A-Za-z_]\\w*)(\\s*=(?!=)|\\s+(?=\\d))");
      std::cmatch match;
      const char* begin = text_.data() + at_;
      if (std::regex_search(begin, text_.data() + text_.size(), match, keyword,
                            std::regex_constants::match_continuous)) {
        at_ += static_cast<std::size_t>(match.length());
        call.named.emplace_back(match[1], sum());
      } else {
        call.positional.push_back(sum());
      }
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return call;
  }

  void skip_spaces() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool accept(char c) {
    const std::size_t before = at_;
    skip_spaces();
    if (next_is(c)) {
      ++at_;
      return true;
    }
    at_ = before;
    return false;
  }
  void expect(char c) {
    if (!accept(c)) throw Unreadable(std::string("a '") + c + "' was expected before \"" + rest() + "\"");
  }
  // An operator with something behind it. A minus before a word, as in `mse - in words`, is none of ours.
  std::optional<std::string> operator_of(const std::vector<std::string>& operators) {
    const std::size_t before = at_;
    skip_spaces();
    for (const std::string& op : operators) {
      if (!text_.substr(at_).starts_with(op) || text_.substr(at_).starts_with("->")) continue;
      at_ += op.size();
      return op;
    }
    at_ = before;
    return std::nullopt;
  }

  std::string_view text_;
  const Variables& variables_;
  std::size_t at_ = 0;
};

}  // namespace

Parsed parse(std::string_view text, const Variables& variables) {
  Parser parser(text, variables);
  Value value = parser.sum();
  return {std::move(value), parser.rest()};
}

Array evaluate_array(const std::string& text, const Variables& variables) {
  return to_array(parse(text, variables).value);
}

Array evaluate_array(const Json& json, const Variables& variables) {
  return json.is_string() ? evaluate_array(json.get<std::string>(), variables) : array_of(json);
}

Array to_array(const Value& value) {
  if (value.array() != nullptr) return *value.array();
  if (value.json() != nullptr) return array_of(*value.json());
  throw Unreadable(value.call() != nullptr ? "an array called " + value.call()->name : "a list of calls");
}

std::vector<Value> elements(const Value& value) {
  if (const auto* list = std::get_if<std::vector<Value>>(&value.held)) return *list;
  if (value.json() == nullptr || !value.json()->is_array()) return {value};
  std::vector<Value> values;
  for (const Json& element : *value.json()) values.push_back({element});
  return values;
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1));
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  std::string part;
  int depth = 0;
  char quote = '\0';
  for (const char c : text) {
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || (c == '\'' && (part.empty() || !std::isalnum(static_cast<unsigned char>(part.back()))))) {
      quote = c;  // but not the apostrophe of a word
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    }
    if (depth == 0 && quote == '\0' && separators.find(c) != std::string_view::npos) {
      parts.push_back(trimmed(part));
      part.clear();
    } else {
      part += c;
    }
  }
  parts.push_back(trimmed(part));
  std::erase(parts, "");
  return parts;
}

std::optional<Assignment> assignment(std::string_view text) {
  static const std::regex name("\\s*([A-Za-z_]\\w*)\\s*=(?!=)");
  Assignment found;
  found.text = std::string(text);
  std::smatch match;
  while (std::regex_search(found.text, match, name, std::regex_constants::match_continuous)) {
    found.names.push_back(match[1]);
    found.text = match.suffix();
  }
  found.text = trimmed(found.text);
  return found.names.empty() ? std::nullopt : std::optional(found);
}

}  // namespace sumi::golden
