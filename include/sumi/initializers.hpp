// How weights start. Formulas: Keras 3, keras/src/initializers; the random streams are sumi's own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sumi/spec.hpp"

namespace sumi {

namespace detail {
class InitializerInterface : public SpecInterface {
 public:
  virtual std::shared_ptr<InitializerInterface> clone() const = 0;
  virtual void fill(const Shape& shape, std::uint64_t seed, std::span<float> values) const = 0;
};
}  // namespace detail

/// An aggregate T with `T::class_name`, `fields(T&, Fields&)` and
/// `initialize(const T&, const Shape&, std::uint64_t seed, std::span<float> values)`, which fills values (row-major, of
/// that shape). `seed` is what to use where T has no seed of its own.
template <class T>
concept InitializerSpec = requires(T value, const T constant, const Shape& shape, Fields& f, std::span<float> out) {
  T::class_name;
  fields(value, f);
  initialize(constant, shape, std::uint64_t{}, out);
};

/// Any initializer: an object (`HeNormal{.seed = 1}`), or a string as Keras spells it ("he_normal").
class Initializer : public Spec<Initializer, detail::InitializerInterface> {
 public:
  static constexpr const char* spec_kind = "initializers";
  /// None: Keras's default, glorot_uniform.
  Initializer() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Initializer(const char* identifier) : Initializer(from_identifier(identifier)) {}
  template <InitializerSpec T>
  Initializer(T value) : Spec(std::make_shared<Model<T>>(std::move(value))) {  // NOLINT(google-explicit-constructor)
    if constexpr (requires(const T& t) { validate(t); }) validate(*this->template as<const T>());
  }
  /// Throws ArgumentError that lists the known identifiers.
  static Initializer from_identifier(std::string_view identifier);
  /// Whether sumi itself has a class of that name.
  static bool is_built_in(std::string_view class_name);

 private:
  template <class T>
  class Model final : public SpecModel<detail::InitializerInterface, T> {
   public:
    using SpecModel<detail::InitializerInterface, T>::SpecModel;
    std::shared_ptr<detail::InitializerInterface> clone() const override {
      return std::make_shared<Model>(this->value_);
    }
    void fill(const Shape& shape, std::uint64_t seed, std::span<float> values) const override {
      initialize(this->value_, shape, seed, values);
    }
  };
};

/// All values 0.
struct Zeros {
  static constexpr const char* class_name = "Zeros";
};
/// All values 1.
struct Ones {
  static constexpr const char* class_name = "Ones";
};
/// All values the same.
struct Constant {
  static constexpr const char* class_name = "Constant";
  double value = 0.0;
};
/// Ones on the diagonal of a matrix, times gain. Rank 2 only.
struct Identity {
  static constexpr const char* class_name = "Identity";
  double gain = 1.0;
};
/// Normal with the given mean and standard deviation.
struct RandomNormal {
  static constexpr const char* class_name = "RandomNormal";
  double mean = 0.0;
  double stddev = 0.05;
  Seed seed = {};
};
/// Normal, redrawn until within two standard deviations of the mean.
struct TruncatedNormal {
  static constexpr const char* class_name = "TruncatedNormal";
  double mean = 0.0;
  double stddev = 0.05;
  Seed seed = {};
};
/// Uniform in [minval, maxval).
struct RandomUniform {
  static constexpr const char* class_name = "RandomUniform";
  double minval = -0.05;
  double maxval = 0.05;
  Seed seed = {};
};
/// Variance scale / fan: mode "fan_in", "fan_out" or "fan_avg"; distribution "truncated_normal", "untruncated_normal"
/// or "uniform". input_axes and output_axes replace the axes over which the fans are counted.
struct VarianceScaling {
  static constexpr const char* class_name = "VarianceScaling";
  double scale = 1.0;
  std::string mode = "fan_in";
  std::string distribution = "truncated_normal";
  Seed seed = {};
  std::optional<std::vector<std::int64_t>> input_axes = {};
  std::optional<std::vector<std::int64_t>> output_axes = {};
};
/// Uniform with variance 2 / (fan_in + fan_out).
struct GlorotUniform {
  static constexpr const char* class_name = "GlorotUniform";
  Seed seed = {};
  std::optional<std::vector<std::int64_t>> input_axes = {};
  std::optional<std::vector<std::int64_t>> output_axes = {};
};
/// Truncated normal with variance 2 / (fan_in + fan_out).
struct GlorotNormal {
  static constexpr const char* class_name = "GlorotNormal";
  Seed seed = {};
  std::optional<std::vector<std::int64_t>> input_axes = {};
  std::optional<std::vector<std::int64_t>> output_axes = {};
};
/// Uniform with variance 2 / fan_in.
struct HeUniform {
  static constexpr const char* class_name = "HeUniform";
  Seed seed = {};
  std::optional<std::vector<std::int64_t>> input_axes = {};
  std::optional<std::vector<std::int64_t>> output_axes = {};
};
/// Truncated normal with variance 2 / fan_in.
struct HeNormal {
  static constexpr const char* class_name = "HeNormal";
  Seed seed = {};
  std::optional<std::vector<std::int64_t>> input_axes = {};
  std::optional<std::vector<std::int64_t>> output_axes = {};
};
/// Uniform with variance 1 / fan_in.
struct LecunUniform {
  static constexpr const char* class_name = "LecunUniform";
  Seed seed = {};
  std::optional<std::vector<std::int64_t>> input_axes = {};
  std::optional<std::vector<std::int64_t>> output_axes = {};
};
/// Truncated normal with variance 1 / fan_in.
struct LecunNormal {
  static constexpr const char* class_name = "LecunNormal";
  Seed seed = {};
  std::optional<std::vector<std::int64_t>> input_axes = {};
  std::optional<std::vector<std::int64_t>> output_axes = {};
};
/// A (semi-)orthogonal matrix times gain, from the QR decomposition of a normal one. Rank 2 or more; leading axes are
/// flattened.
struct Orthogonal {
  static constexpr const char* class_name = "Orthogonal";
  double gain = 1.0;
  Seed seed = {};
};

void fields(Zeros& value, Fields& f);
void fields(Ones& value, Fields& f);
void fields(Constant& value, Fields& f);
void fields(Identity& value, Fields& f);
void fields(RandomNormal& value, Fields& f);
void fields(TruncatedNormal& value, Fields& f);
void fields(RandomUniform& value, Fields& f);
void fields(VarianceScaling& value, Fields& f);
void fields(GlorotUniform& value, Fields& f);
void fields(GlorotNormal& value, Fields& f);
void fields(HeUniform& value, Fields& f);
void fields(HeNormal& value, Fields& f);
void fields(LecunUniform& value, Fields& f);
void fields(LecunNormal& value, Fields& f);
void fields(Orthogonal& value, Fields& f);
void initialize(const Zeros& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const Ones& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const Constant& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const Identity& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const RandomNormal& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const TruncatedNormal& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const RandomUniform& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const VarianceScaling& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const GlorotUniform& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const GlorotNormal& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const HeUniform& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const HeNormal& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const LecunUniform& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const LecunNormal& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
void initialize(const Orthogonal& value, const Shape& shape, std::uint64_t seed, std::span<float> values);
/// Throws ArgumentError for a scale that is not positive, or an unknown mode or distribution.
void validate(const VarianceScaling& value);

/// Registers a user's initializer, so that configurations can name it.
void register_initializer(std::string class_name, Initializer default_value);

}  // namespace sumi
