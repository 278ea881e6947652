// Facts about names and errors.
#include <regex>

#include "core/naming.hpp"
#include "golden/cases.hpp"
#include "golden/objects.hpp"
#include "sumi/constraints.hpp"
#include "sumi/losses.hpp"
#include "sumi/metrics.hpp"
#include "sumi/optimizers.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/session.hpp"

namespace sumi::golden {
namespace {

// Makes an object of the first kind that has the class. False where none has it.
template <class... Kinds>
bool constructs(const std::string& name, const Json& config) {
  return ((has<Kinds>(name) && (object<Kinds>(name, config), true)) || ...);
}

}  // namespace

void naming_fact(const Case& c) {
  static const std::regex repeated("auto_name called (\\d+) times");
  std::smatch match;
  const std::string op = c.op();
  if (op == "to_snake_case") return check_same(c.expected(), to_snake_case(c.inputs().at("name").get<std::string>()));
  if (!std::regex_match(op, match, repeated)) throw Unreadable(op);
  clear_session();
  Json got = Json::array();
  for (int i = 0; i < std::stoi(match[1]); ++i) got.push_back(auto_name(c.inputs().at("prefix").get<std::string>()));
  check_same(c.expected(), got);
}

void error_fact(const Case& c) {
  static const std::regex constructor("(?:\\w+\\.)*(\\w+)\\.__init__");
  std::smatch match;
  const std::string op = c.op();
  if (!std::regex_match(op, match, constructor)) throw Unreadable(op);
  const std::string name = match[1];
  check_error(c.expected(), [&] {
    if (!constructs<Layer, Optimizer, Initializer, Regularizer, Constraint, Schedule, Loss, Metric>(name, c.inputs())) {
      throw Skip("sumi has no '" + name + "'");
    }
  });
}

}  // namespace sumi::golden
