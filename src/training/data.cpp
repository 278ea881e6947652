#include "training/data.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/element_type.hpp"
#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi::training {

namespace {

std::int64_t sample_size(const ArrayView& data) {
  std::int64_t size = 1;
  for (std::size_t i = 1; i < data.shape().size(); ++i) size *= data.shape()[i];
  return size;
}

std::string number(double value) {
  std::string text = std::to_string(value);
  if (std::isfinite(value) && value == std::floor(value)) text = std::to_string(static_cast<std::int64_t>(value));
  return text;
}

}  // namespace

void gather(const ArrayView& data, std::span<const std::int64_t> samples, float* out) {
  const float divisor = data.divisor();
  const std::int64_t size = sample_size(data);
  visit(data, [&](const auto* values) {
    for (const std::int64_t sample : samples) {
      const auto* from = values + sample * size;
      if (divisor == 1.0F) {
        for (std::int64_t i = 0; i < size; ++i) out[i] = static_cast<float>(from[i]);
      } else {
        for (std::int64_t i = 0; i < size; ++i) out[i] = static_cast<float>(from[i]) / divisor;
      }
      out += size;
    }
  });
}

Shape fit_to_input(const ArrayView& x, const Shape& model_input, const std::string& model_name) {
  Shape shape = x.shape();
  if (shape.size() + 1 == model_input.size() && model_input.back() == 1) shape.push_back(1);
  if (shape.size() == model_input.size() + 1 && shape.back() == 1) shape.pop_back();
  bool fits = shape.size() == model_input.size();
  for (std::size_t i = 1; fits && i < shape.size(); ++i) fits = model_input[i] == None || model_input[i] == shape[i];
  if (!fits) {
    throw ShapeError("Input 0 of model '" + model_name + "' is incompatible with the data: expected shape " +
                     to_string(model_input) + ", found shape " + to_string(x.shape()) + ".");
  }
  return shape;
}

void check_counts(const ArrayView& x, const ArrayView& y, const ArrayView& sample_weight) {
  if (x.empty() || x.samples() == 0) {
    throw ArgumentError("Expected at least one sample in x. Received an array of shape " + to_string(x.shape()) + ".");
  }
  const auto check = [&x](const ArrayView& other, const char* name) {
    if (other.samples() == x.samples()) return;
    throw ShapeError(
        std::string(
            "Data cardinality is ambiguous. Make sure all arrays contain the same number of samples.'x' sizes: ") +
        std::to_string(x.samples()) + "\n'" + name + "' sizes: " + std::to_string(other.samples()) + "\n");
  };
  check(y, "y");
  if (!sample_weight.empty()) check(sample_weight, "sample_weight");
}

void check_finite(const ArrayView& data, const std::string& what) {
  if (data.dtype() != DType::float32 && data.dtype() != DType::float64) return;
  const std::int64_t count = element_count(data.shape());
  const bool finite = visit(data, [count](const auto* values) {
    int strange = 0;  // a loop without an exit, which runs as wide as the processor
    for (std::int64_t i = 0; i < count; ++i) strange |= values[i] - values[i] != 0 ? 1 : 0;
    return strange == 0;
  });
  if (finite) return;
  const std::int64_t at = visit(data, [count](const auto* values) {
    for (std::int64_t i = 0; i < count; ++i) {
      if (!std::isfinite(static_cast<double>(values[i]))) return i;
    }
    return count;
  });
  const std::int64_t size = std::max<std::int64_t>(sample_size(data), 1);
  const double value = visit(data, [at](const auto* values) { return static_cast<double>(values[at]); });
  throw ArgumentError("Expected finite numbers in " + what + ". Received " + (std::isnan(value) ? "NaN" : "infinity") +
                      " at sample " + std::to_string(at / size) + ", element " + std::to_string(at % size) + ".");
}

void check_labels(const ArrayView& y, std::int64_t classes, std::optional<std::int64_t> ignored) {
  const std::int64_t count = element_count(y.shape());
  visit(y, [&](const auto* values) {
    for (std::int64_t i = 0; i < count; ++i) {
      const double label = static_cast<double>(values[i]) / y.divisor();
      if (ignored && label == static_cast<double>(*ignored)) continue;
      if (label >= 0 && label < static_cast<double>(classes) && label == std::floor(label)) continue;
      throw ArgumentError("Expected labels from 0 to " + std::to_string(classes - 1) + ", as the model has " +
                          std::to_string(classes) + " classes. Received label " + number(label) + " at sample " +
                          std::to_string(i / std::max<std::int64_t>(sample_size(y), 1)) + " of y.");
    }
  });
}

void check_target_shape(const ArrayView& y, const Shape& wanted) {
  Shape given(y.shape().begin() + (y.shape().empty() ? 0 : 1), y.shape().end());
  Shape expected(wanted.begin() + 1, wanted.end());
  if (given.size() == expected.size() + 1 && given.back() == 1) given.pop_back();
  if (given.size() + 1 == expected.size() && expected.back() == 1) expected.pop_back();
  if (given == expected) return;
  Shape shown = wanted;
  shown[0] = None;
  throw ShapeError("Expected y of shape " + to_string(shown) + " for this model and loss. Received y of shape " +
                   to_string(y.shape()) + ".");
}

std::vector<float> weights_of(const ArrayView& sample_weight, const std::map<int, double>& class_weight,
                              const ArrayView& y) {
  if (!sample_weight.empty() && !class_weight.empty()) {
    throw ArgumentError("You cannot `class_weight` and `sample_weight` at the same time.");
  }
  const auto count = static_cast<std::size_t>(y.samples());
  std::vector<float> weights;
  if (!sample_weight.empty()) {
    const Shape& shape = sample_weight.shape();
    if (shape.size() != 1 && !(shape.size() == 2 && shape[1] == 1)) {
      throw ShapeError("Expected sample_weight of shape (N,) or (N, 1). Received shape " + to_string(shape) + ".");
    }
    weights.resize(count);
    visit(sample_weight, [&](const auto* values) {
      for (std::size_t i = 0; i < count; ++i) weights[i] = static_cast<float>(values[i]) / sample_weight.divisor();
    });
  } else if (!class_weight.empty()) {
    for (const auto& [label, weight] : class_weight) {
      if (std::isfinite(weight)) continue;
      throw ArgumentError("Expected finite numbers in class_weight. Received " + repr(weight) + " for class " +
                          std::to_string(label) + ".");
    }
    const auto size = static_cast<std::size_t>(sample_size(y));
    weights.resize(count);
    visit(y, [&](const auto* values) {
      for (std::size_t i = 0; i < count; ++i) {
        // One-hot rows name the class by their largest element, single numbers by their rounded value.
        const auto* row = values + i * size;
        const auto label = size == 1 ? static_cast<int>(std::lround(static_cast<double>(*row) / y.divisor()))
                                     : static_cast<int>(std::max_element(row, row + size) - row);
        const auto found = class_weight.find(label);
        weights[i] = found == class_weight.end() ? 1.0F : static_cast<float>(found->second);
      }
    });
  }
  return weights;
}

}  // namespace sumi::training
