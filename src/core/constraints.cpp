// How each constraint changes a weight.
#include "sumi/constraints.hpp"

#include <algorithm>
#include <cmath>

#include "core/registry.hpp"
#include "sumi/error.hpp"

namespace sumi {
namespace {

Registry<Constraint>& registry() {
  static Registry<Constraint> all("constraint", {{MaxNorm{}}, {NonNeg{}}, {UnitNorm{}}, {MinMaxNorm{}}});
  return all;
}

/// Added to norms that are divided by.
constexpr double fuzz = 1e-7;

/// The upper bound wins where the two contradict each other.
double clip(double x, double low, double high) { return std::min(std::max(x, low), high); }

/// Multiplies each value by scale(norm), norm being the L2 norm over `axes` of the values that share the other indices.
template <class Scale>
void scale_by_norm(std::span<float> values, const Shape& shape, const Axes& axes, Scale scale) {
  const auto rank = static_cast<int>(shape.size());
  std::vector<bool> summed(shape.size(), false);
  for (const int axis : axes.values()) {
    if (axis < -rank || axis >= rank) {
      throw ArgumentError("The axis " + std::to_string(axis) + " of a constraint is outside of a weight of shape " +
                          to_string(shape) + ".");
    }
    summed[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)] = true;
  }
  std::vector<std::size_t> strides(shape.size(), 0);  // Of the array of norms; 0 along the summed axes.
  std::size_t norms = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    if (summed[d]) continue;
    strides[d] = norms;
    norms *= static_cast<std::size_t>(shape[d]);
  }
  std::vector<std::size_t> norm_of(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::size_t rest = i;
    for (std::size_t d = shape.size(); d-- > 0;) {
      const auto size = static_cast<std::size_t>(shape[d]);
      norm_of[i] += rest % size * strides[d];
      rest /= size;
    }
  }
  std::vector<double> factors(norms, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    factors[norm_of[i]] += static_cast<double>(values[i]) * values[i];
  }
  for (double& factor : factors) factor = scale(std::sqrt(factor));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(values[i] * factors[norm_of[i]]);
}

}  // namespace

Constraint Constraint::from_identifier(std::string_view identifier) { return registry().find(identifier); }
bool Constraint::is_built_in(std::string_view class_name) { return registry().is_built_in(class_name); }
void register_constraint(std::string class_name, Constraint default_value) {
  registry().add(std::move(class_name), std::move(default_value));
}

void fields(MaxNorm& value, Fields& f) {
  f("max_value", value.max_value);
  f("axis", value.axis);
}
void fields(NonNeg&, Fields&) {}
void fields(UnitNorm& value, Fields& f) { f("axis", value.axis); }
void fields(MinMaxNorm& value, Fields& f) {
  f("min_value", value.min_value);
  f("max_value", value.max_value);
  f("rate", value.rate);
  f("axis", value.axis);
}

void constrain(const MaxNorm& value, std::span<float> values, const Shape& shape) {
  scale_by_norm(values, shape, value.axis, [&](double norm) { return clip(norm, 0, value.max_value) / (fuzz + norm); });
}
void constrain(const NonNeg&, std::span<float> values, const Shape&) {
  for (float& w : values) w = w < 0 ? 0.0F : w;
}
void constrain(const UnitNorm& value, std::span<float> values, const Shape& shape) {
  scale_by_norm(values, shape, value.axis, [](double norm) { return 1 / (fuzz + norm); });
}
void constrain(const MinMaxNorm& value, std::span<float> values, const Shape& shape) {
  scale_by_norm(values, shape, value.axis, [&](double norm) {
    const double desired = value.rate * clip(norm, value.min_value, value.max_value) + (1 - value.rate) * norm;
    return desired / (fuzz + norm);
  });
}

}  // namespace sumi
