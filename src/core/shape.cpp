// Shapes as text, and how many elements they have.
#include "sumi/shape.hpp"

#include <limits>

#include "sumi/error.hpp"

namespace sumi {

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ", ";
    text += shape[i] == None ? "None" : std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  bool overflow = false;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0) {
      throw ShapeError("Expected a shape whose dimensions are all known. Received " + to_string(shape) + ".");
    }
    overflow = overflow || (dimension > 0 && count > std::numeric_limits<std::int64_t>::max() / dimension);
    if (!overflow) count *= dimension;
    if (dimension == 0) return 0;
  }
  if (overflow) throw ShapeError("The shape " + to_string(shape) + " has more elements than 63 bits can count.");
  return count;
}

}  // namespace sumi
