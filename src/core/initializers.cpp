// What each initializer fills in, and under which names it is known.
#include "sumi/initializers.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/fans.hpp"
#include "core/random.hpp"
#include "core/registry.hpp"
#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi {
namespace {

using OptionalAxes = std::optional<std::vector<std::int64_t>>;

Registry<Initializer>& registry() {
  static Registry<Initializer> all("initializer", {{Zeros{}, {"zero"}},
                                                   {Ones{}, {"one"}},
                                                   {Constant{}},
                                                   {Identity{}},
                                                   {RandomNormal{}, {"normal"}},
                                                   {TruncatedNormal{}},
                                                   {RandomUniform{}, {"uniform"}},
                                                   {VarianceScaling{}},
                                                   {GlorotUniform{}},
                                                   {GlorotNormal{}},
                                                   {HeUniform{}},
                                                   {HeNormal{}},
                                                   {LecunUniform{}},
                                                   {LecunNormal{}},
                                                   {Orthogonal{}}});
  return all;
}

Random stream(const Seed& own, std::uint64_t seed) { return Random(own ? static_cast<std::uint64_t>(*own) : seed); }

void fill_normal(Random random, double mean, double stddev, std::span<float> values) {
  for (float& value : values) value = static_cast<float>(mean + stddev * random.normal());
}

void fill_uniform(Random random, double low, double high, std::span<float> values) {
  for (float& value : values) value = static_cast<float>(low + (high - low) * random.uniform());
}

/// Redrawn until within two standard deviations.
void fill_truncated(Random random, double mean, double stddev, std::span<float> values) {
  for (float& value : values) {
    double z = random.normal();
    while (std::abs(z) > 2) z = random.normal();
    value = static_cast<float>(mean + stddev * z);
  }
}

template <class T>
VarianceScaling scaled(const T& value, double scale, const char* mode, const char* distribution) {
  return {scale, mode, distribution, value.seed, value.input_axes, value.output_axes};
}

template <class T>
void seed_and_axes(T& value, Fields& f) {
  f("seed", value.seed);
  f.numbers("input_axes", value.input_axes);
  f.numbers("output_axes", value.output_axes);
}

double product(const Shape& shape, const std::vector<std::int64_t>& axes) {
  double result = 1;
  const auto rank = static_cast<std::int64_t>(shape.size());
  for (const std::int64_t axis : axes) {
    if (axis < -rank || axis >= rank) {
      throw ArgumentError("The axes " + to_string(axes) + " of an initializer must be within the rank of the weight. " +
                          "Received a weight of shape " + to_string(shape) + ".");
    }
    result *= static_cast<double>(shape[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)]);
  }
  return result;
}

/// Makes the columns of a (rows, columns), rows >= columns, orthonormal: Gram-Schmidt, done twice, since once leaves
/// errors as large as the matrix's condition number. It keeps the diagonal of R positive, as Keras does by signs.
void orthonormalize(std::vector<double>& a, std::size_t rows, std::size_t columns, Random& random) {
  const auto dot = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t r = 0; r < rows; ++r) sum += a[r * columns + i] * a[r * columns + j];
    return sum;
  };
  for (std::size_t j = 0; j < columns; ++j) {
    const double before = dot(j, j);
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t i = 0; i < j; ++i) {
        const double along = dot(i, j);
        for (std::size_t r = 0; r < rows; ++r) a[r * columns + j] -= along * a[r * columns + i];
      }
    }
    const double length = std::sqrt(dot(j, j));
    if (!(length > 1e-10 * std::sqrt(before))) {
      // Dependent on the earlier columns, which normal numbers practically never are: draw the column again.
      for (std::size_t r = 0; r < rows; ++r) a[r * columns + j] = random.normal();
      --j;
      continue;
    }
    for (std::size_t r = 0; r < rows; ++r) a[r * columns + j] /= length;
  }
}

}  // namespace

Fans compute_fans(const Shape& shape, const OptionalAxes& input_axes, const OptionalAxes& output_axes) {
  if (input_axes.has_value() != output_axes.has_value()) {
    throw ArgumentError(
        "An initializer needs both `input_axes` and `output_axes`, or none. Received only " +
        (input_axes ? "input_axes=" + to_string(*input_axes) : "output_axes=" + to_string(*output_axes)) + ".");
  }
  if (input_axes) return {product(shape, *input_axes), product(shape, *output_axes)};
  if (shape.empty()) return {1, 1};
  const auto last = static_cast<double>(shape.back());
  if (shape.size() == 1) return {last, last};
  const double window = std::accumulate(shape.begin(), shape.end() - 2, 1.0, std::multiplies<>());
  return {static_cast<double>(shape[shape.size() - 2]) * window, last * window};
}

Initializer Initializer::from_identifier(std::string_view identifier) { return registry().find(identifier); }
bool Initializer::is_built_in(std::string_view class_name) { return registry().is_built_in(class_name); }
void register_initializer(std::string class_name, Initializer default_value) {
  registry().add(std::move(class_name), std::move(default_value));
}

void fields(Zeros&, Fields&) {}
void fields(Ones&, Fields&) {}
void fields(Constant& value, Fields& f) { f("value", value.value); }
void fields(Identity& value, Fields& f) { f("gain", value.gain); }
void fields(RandomNormal& value, Fields& f) {
  f("seed", value.seed);
  f("mean", value.mean);
  f("stddev", value.stddev);
}
void fields(TruncatedNormal& value, Fields& f) {
  f("seed", value.seed);
  f("mean", value.mean);
  f("stddev", value.stddev);
}
void fields(RandomUniform& value, Fields& f) {
  f("seed", value.seed);
  f("minval", value.minval);
  f("maxval", value.maxval);
}
void fields(VarianceScaling& value, Fields& f) {
  if (value.distribution == "normal") value.distribution = "truncated_normal";  // An alias; Keras writes the full name.
  f("seed", value.seed);
  f("scale", value.scale);
  f("mode", value.mode);
  f("distribution", value.distribution);
  f.numbers("input_axes", value.input_axes);
  f.numbers("output_axes", value.output_axes);
}
void fields(GlorotUniform& value, Fields& f) { seed_and_axes(value, f); }
void fields(GlorotNormal& value, Fields& f) { seed_and_axes(value, f); }
void fields(HeUniform& value, Fields& f) { seed_and_axes(value, f); }
void fields(HeNormal& value, Fields& f) { seed_and_axes(value, f); }
void fields(LecunUniform& value, Fields& f) { seed_and_axes(value, f); }
void fields(LecunNormal& value, Fields& f) { seed_and_axes(value, f); }
void fields(Orthogonal& value, Fields& f) {
  f("seed", value.seed);
  f("gain", value.gain);
}

void initialize(const Zeros&, const Shape&, std::uint64_t, std::span<float> values) {
  std::fill(values.begin(), values.end(), 0.0F);
}
void initialize(const Ones&, const Shape&, std::uint64_t, std::span<float> values) {
  std::fill(values.begin(), values.end(), 1.0F);
}
void initialize(const Constant& value, const Shape&, std::uint64_t, std::span<float> values) {
  std::fill(values.begin(), values.end(), static_cast<float>(value.value));
}
void initialize(const Identity& value, const Shape& shape, std::uint64_t, std::span<float> values) {
  if (shape.size() != 2) {
    throw ArgumentError("Identity matrix initializer can only be used for 2D matrices. Received: shape=" +
                        to_string(shape) + " of rank " + std::to_string(shape.size()) + ".");
  }
  const auto columns = static_cast<std::size_t>(shape[1]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = i / columns == i % columns ? static_cast<float>(value.gain) : 0.0F;
  }
}
void initialize(const RandomNormal& value, const Shape&, std::uint64_t seed, std::span<float> values) {
  fill_normal(stream(value.seed, seed), value.mean, value.stddev, values);
}
void initialize(const TruncatedNormal& value, const Shape&, std::uint64_t seed, std::span<float> values) {
  fill_truncated(stream(value.seed, seed), value.mean, value.stddev, values);
}
void initialize(const RandomUniform& value, const Shape&, std::uint64_t seed, std::span<float> values) {
  fill_uniform(stream(value.seed, seed), value.minval, value.maxval, values);
}
void initialize(const VarianceScaling& value, const Shape& shape, std::uint64_t seed, std::span<float> values) {
  const Fans fans = compute_fans(shape, value.input_axes, value.output_axes);
  const double fan = value.mode == "fan_in" ? fans.in : value.mode == "fan_out" ? fans.out : (fans.in + fans.out) / 2;
  const double variance = value.scale / std::max(1.0, fan);
  Random random = stream(value.seed, seed);
  if (value.distribution == "uniform") {
    const double limit = std::sqrt(3 * variance);
    fill_uniform(random, -limit, limit, values);
  } else if (value.distribution == "untruncated_normal") {
    fill_normal(random, 0, std::sqrt(variance), values);
  } else {
    // The standard deviation of a normal that is cut at two of its own.
    constexpr double truncated_stddev = 0.87962566103423978;
    fill_truncated(random, 0, std::sqrt(variance) / truncated_stddev, values);
  }
}
void initialize(const GlorotUniform& value, const Shape& shape, std::uint64_t seed, std::span<float> values) {
  initialize(scaled(value, 1, "fan_avg", "uniform"), shape, seed, values);
}
void initialize(const GlorotNormal& value, const Shape& shape, std::uint64_t seed, std::span<float> values) {
  initialize(scaled(value, 1, "fan_avg", "truncated_normal"), shape, seed, values);
}
void initialize(const HeUniform& value, const Shape& shape, std::uint64_t seed, std::span<float> values) {
  initialize(scaled(value, 2, "fan_in", "uniform"), shape, seed, values);
}
void initialize(const HeNormal& value, const Shape& shape, std::uint64_t seed, std::span<float> values) {
  initialize(scaled(value, 2, "fan_in", "truncated_normal"), shape, seed, values);
}
void initialize(const LecunUniform& value, const Shape& shape, std::uint64_t seed, std::span<float> values) {
  initialize(scaled(value, 1, "fan_in", "uniform"), shape, seed, values);
}
void initialize(const LecunNormal& value, const Shape& shape, std::uint64_t seed, std::span<float> values) {
  initialize(scaled(value, 1, "fan_in", "truncated_normal"), shape, seed, values);
}
void initialize(const Orthogonal& value, const Shape& shape, std::uint64_t seed, std::span<float> values) {
  if (shape.size() < 2) {
    throw ArgumentError("The tensor to initialize must be at least two-dimensional. Received: shape=" +
                        to_string(shape) + " of rank " + std::to_string(shape.size()) + ".");
  }
  if (values.empty()) return;
  const auto columns = static_cast<std::size_t>(shape.back());
  const std::size_t rows = values.size() / columns;
  const std::size_t tall = std::max(rows, columns), narrow = std::min(rows, columns);
  Random random = stream(value.seed, seed);
  std::vector<double> q(tall * narrow);
  for (double& entry : q) entry = random.normal();
  orthonormalize(q, tall, narrow, random);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      const double entry = rows < columns ? q[c * narrow + r] : q[r * narrow + c];
      values[r * columns + c] = static_cast<float>(value.gain * entry);
    }
  }
}

void validate(const VarianceScaling& value) {
  if (!(value.scale > 0)) {
    throw ArgumentError("Argument `scale` must be positive float. Received: scale=" + repr(value.scale));
  }
  const auto one_of = [](const char* argument, const std::string& received, const std::vector<std::string>& allowed) {
    if (std::find(allowed.begin(), allowed.end(), received) != allowed.end()) return;
    throw ArgumentError(std::string("Invalid `") + argument + "` argument: " + received + ". Please use one of " +
                        join(allowed) + ".");
  };
  one_of("mode", value.mode, {"fan_in", "fan_out", "fan_avg"});
  one_of("distribution", value.distribution, {"uniform", "truncated_normal", "normal", "untruncated_normal"});
}

}  // namespace sumi
