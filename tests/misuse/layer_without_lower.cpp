// A layer of one's own says what it computes; the compiler names what is missing.
// expect: required expression .lower\(constant, ops\).
#include <sumi/layer.hpp>

struct Nothing {
  static constexpr const char* class_name = "Nothing";
  std::string name = {};
};
sumi::Shape output_shape(const Nothing&, const sumi::Shape& input) { return input; }
void fields(Nothing& layer, sumi::Fields& f) { f("name", layer.name); }

sumi::Layer layer{Nothing{}};
