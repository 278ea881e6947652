// Facts about Keras's utilities.
#include "sumi/utils.hpp"

#include <regex>

#include "golden/cases.hpp"

namespace sumi::golden {

void utils_fact(const Case& c) {
  static const std::regex shape_of("to_categorical(?:\\(x,\\s*(\\d+)\\))?(?: output)? shape");
  std::smatch match;
  const std::string op = c.op();
  if (!std::regex_match(op, match, shape_of)) throw Unreadable(op);
  const Json& in = c.inputs();
  const Array x = in.contains("x") ? array_of(in["x"]) : filled(in.at("x_shape").get<Shape>(), 0);
  std::optional<std::int64_t> num_classes;
  if (match[1].matched) num_classes = std::stoll(match[1]);
  check_same(c.expected(), array_of(to_categorical(tensor(x), num_classes)).shape);
}

}  // namespace sumi::golden
