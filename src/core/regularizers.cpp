// The penalties and their gradients.
#include "sumi/regularizers.hpp"

#include <cmath>

#include "core/registry.hpp"
#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi {
namespace {

Registry<Regularizer>& registry() {
  static Registry<Regularizer> all("regularizer", {{L1{}}, {L2{}}, {L1L2{}}, {OrthogonalRegularizer{}}});
  return all;
}

void expect_coefficient(const char* name, double value) {
  if (std::isfinite(value) && value >= 0) return;
  throw ArgumentError(std::string("Invalid value for argument ") + name +
                      ": expected a non-negative float. Received: " + name + "=" + repr(value));
}

/// Keras keeps some coefficients as float32, so that is what it writes; a value that is merely written stays as it is.
void float32_field(Fields& f, std::string_view name, double& value) {
  const double written = static_cast<float>(value);
  double visited = written;
  f(name, visited);
  if (visited != written) value = visited;
}

/// A matrix by its rows or columns, each divided by its length.
struct Directions {
  std::size_t count, size, step, stride;  ///< Entry k of vector i is at i * step + k * stride.
  std::vector<double> lengths;
  std::vector<double> units;  ///< Laid out as the matrix.

  Directions(const OrthogonalRegularizer& value, std::span<const double> matrix, const Shape& shape) {
    if (shape.size() != 2) {
      throw ShapeError("Inputs to OrthogonalRegularizer must have rank 2. Received: inputs.shape=" + to_string(shape));
    }
    const auto rows = static_cast<std::size_t>(shape[0]), columns = static_cast<std::size_t>(shape[1]);
    const bool by_rows = value.mode == "rows";
    count = by_rows ? rows : columns;
    size = by_rows ? columns : rows;
    step = by_rows ? columns : 1;
    stride = by_rows ? 1 : columns;
    units.assign(matrix.begin(), matrix.end());
    for (std::size_t i = 0; i < count; ++i) {
      const double length = std::sqrt(dot(i, i));
      lengths.push_back(length == 0 ? 1 : length);
      for (std::size_t k = 0; k < size; ++k) units[i * step + k * stride] /= lengths[i];
    }
  }

  double dot(std::size_t i, std::size_t j) const {
    double sum = 0;
    for (std::size_t k = 0; k < size; ++k) sum += units[i * step + k * stride] * units[j * step + k * stride];
    return sum;
  }
  double pairs() const { return static_cast<double>(count) * (static_cast<double>(count) - 1) / 2; }
};

double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

}  // namespace

Regularizer Regularizer::from_identifier(std::string_view identifier) { return registry().find(identifier); }
bool Regularizer::is_built_in(std::string_view class_name) { return registry().is_built_in(class_name); }
void register_regularizer(std::string class_name, Regularizer default_value) {
  registry().add(std::move(class_name), std::move(default_value));
}

void fields(L1& value, Fields& f) { float32_field(f, "l1", value.l1); }
void fields(L2& value, Fields& f) { f("l2", value.l2); }
void fields(L1L2& value, Fields& f) {
  f("l1", value.l1);
  f("l2", value.l2);
}
void fields(OrthogonalRegularizer& value, Fields& f) {
  float32_field(f, "factor", value.factor);
  f("mode", value.mode);
}

void validate(const L1& value) { expect_coefficient("l1", value.l1); }
void validate(const L2& value) { expect_coefficient("l2", value.l2); }
void validate(const L1L2& value) {
  expect_coefficient("l1", value.l1);
  expect_coefficient("l2", value.l2);
}
void validate(const OrthogonalRegularizer& value) {
  expect_coefficient("factor", value.factor);
  if (value.mode != "rows" && value.mode != "columns") {
    throw ArgumentError("Invalid value for argument `mode`. Expected one of {\"rows\", \"columns\"}. Received: mode=" +
                        value.mode);
  }
}

double penalty(const L1L2& value, std::span<const double> values, const Shape&) {
  double absolute = 0, squares = 0;
  for (const double w : values) {
    absolute += std::abs(w);
    squares += w * w;
  }
  return value.l1 * absolute + value.l2 * squares;
}
double penalty(const L1& value, std::span<const double> values, const Shape& shape) {
  return penalty(L1L2{.l1 = value.l1}, values, shape);
}
double penalty(const L2& value, std::span<const double> values, const Shape& shape) {
  return penalty(L1L2{.l2 = value.l2}, values, shape);
}
double penalty(const OrthogonalRegularizer& value, std::span<const double> values, const Shape& shape) {
  const Directions vectors(value, values, shape);
  if (vectors.count < 2) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < vectors.count; ++i) {
    for (std::size_t j = 0; j < i; ++j) sum += std::abs(vectors.dot(i, j));
  }
  return value.factor * sum / vectors.pairs();
}

void add_gradient(const L1L2& value, std::span<const double> values, const Shape&, double scale,
                  std::span<double> gradient) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    gradient[i] += scale * (value.l1 * sign(values[i]) + 2 * value.l2 * values[i]);
  }
}
void add_gradient(const L1& value, std::span<const double> values, const Shape& shape, double scale,
                  std::span<double> gradient) {
  add_gradient(L1L2{.l1 = value.l1}, values, shape, scale, gradient);
}
void add_gradient(const L2& value, std::span<const double> values, const Shape& shape, double scale,
                  std::span<double> gradient) {
  add_gradient(L1L2{.l2 = value.l2}, values, shape, scale, gradient);
}
void add_gradient(const OrthogonalRegularizer& value, std::span<const double> values, const Shape& shape, double scale,
                  std::span<double> gradient) {
  const Directions vectors(value, values, shape);
  if (vectors.count < 2) return;
  const double factor = scale * value.factor / vectors.pairs();
  std::vector<double> g(vectors.size);
  for (std::size_t i = 0; i < vectors.count; ++i) {
    std::fill(g.begin(), g.end(), 0.0);
    double along = 0;  // Of g, in the direction of vector i: normalising takes it away.
    for (std::size_t j = 0; j < vectors.count; ++j) {
      if (j == i) continue;
      const double cosine = vectors.dot(i, j);
      along += sign(cosine) * cosine;
      for (std::size_t k = 0; k < vectors.size; ++k) {
        g[k] += sign(cosine) * vectors.units[j * vectors.step + k * vectors.stride];
      }
    }
    for (std::size_t k = 0; k < vectors.size; ++k) {
      const std::size_t at = i * vectors.step + k * vectors.stride;
      gradient[at] += factor * (g[k] - along * vectors.units[at]) / vectors.lengths[i];
    }
  }
}

}  // namespace sumi
