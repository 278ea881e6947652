// Fans, limits, deviations, seeds and errors of the initializers (golden cases initializer-278 to 289, error-286 and
// 288).
#include "sumi/initializers.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/fans.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using test::error_text;

namespace {

std::vector<float> values_of(const Initializer& initializer, const Shape& shape, std::uint64_t seed = 1) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  initializer->fill(shape, seed, values);
  return values;
}

double mean_of(const std::vector<float>& values) {
  double sum = 0;
  for (const float v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double stddev_of(const std::vector<float>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const float v : values) sum += (v - mean) * (v - mean);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

double largest(const std::vector<float>& values) {
  double most = 0;
  for (const float v : values) most = std::max(most, std::abs(static_cast<double>(v)));
  return most;
}

}  // namespace

TEST_CASE("fans of Keras's own examples") {
  const auto expect = [](const Fans& fans, double in, double out) {
    CHECK(fans.in == in);
    CHECK(fans.out == out);
  };
  expect(compute_fans({}), 1, 1);
  expect(compute_fans({32}), 32, 32);
  expect(compute_fans({1600, 256}), 1600, 256);
  expect(compute_fans({3, 3, 1, 32}), 9, 288);
  expect(compute_fans({3, 3, 32, 64}), 288, 576);
  const std::vector<std::int64_t> first{0}, middle_last{1, 2}, first_middle{0, 1}, last{-1};
  expect(compute_fans({512, 8, 64}, first, middle_last), 512, 512);
  expect(compute_fans({512, 8, 64}, first_middle, last), 4096, 64);
}

TEST_CASE("fans refuse axes that are not there, or only one of the two") {
  CHECK_THROWS_AS(compute_fans({2, 3}, std::vector<std::int64_t>{2}, std::vector<std::int64_t>{0}), ArgumentError);
  CHECK_THROWS_AS(compute_fans({2, 3}, std::vector<std::int64_t>{0}), ArgumentError);
}

// 92,160 values: the sample's deviation is within 1 % of the true one by more than four of its own deviations (0.23 %);
// the largest of so many uniform values is within 0.1 % of the limit except with probability e^-92.
TEST_CASE("distributions have Keras's limits and deviations") {
  const Shape shape{3, 3, 32, 320};
  const double in = 288, out = 2880;
  struct Case {
    Initializer initializer;
    double limit;  // 0 for a normal
    double stddev;
    double cut;  // largest value of a truncated normal, 0 for none
  };
  const double truncation = 0.87962566103423978;
  const auto uniform = [](Initializer i, double limit) { return Case{i, limit, limit / std::sqrt(3.0), 0}; };
  const auto truncated = [&](Initializer i, double stddev) { return Case{i, 0, stddev, 2 * stddev / truncation}; };
  const Case cases[] = {
      uniform("glorot_uniform", std::sqrt(6 / (in + out))),
      uniform("he_uniform", std::sqrt(6 / in)),
      uniform("lecun_uniform", std::sqrt(3 / in)),
      uniform("random_uniform", 0.05),
      truncated("glorot_normal", std::sqrt(2 / (in + out))),
      truncated("he_normal", std::sqrt(2 / in)),
      truncated("lecun_normal", std::sqrt(1 / in)),
      truncated(VarianceScaling{.scale = 2, .mode = "fan_out", .distribution = "normal"}, std::sqrt(2 / out)),
      {VarianceScaling{.scale = 2, .mode = "fan_avg", .distribution = "untruncated_normal"}, 0,
       std::sqrt(4 / (in + out)), 0},
      {"random_normal", 0, 0.05, 0},
      // Cut at two deviations without a correction: the deviation shrinks.
      {"truncated_normal", 0, 0.05 * truncation, 0.1},
  };
  for (const Case& c : cases) {
    const std::vector<float> values = values_of(c.initializer, shape);
    INFO(c.initializer.class_name());
    CHECK(stddev_of(values) == Approx(c.stddev).epsilon(0.01));
    CHECK(std::abs(mean_of(values)) < 5 * c.stddev / std::sqrt(static_cast<double>(values.size())));
    if (c.limit > 0) {
      CHECK(largest(values) <= c.limit);
      CHECK(largest(values) > 0.999 * c.limit);
    }
    if (c.cut > 0) {
      CHECK(largest(values) <= c.cut * (1 + 1e-6));
      CHECK(largest(values) > 0.98 * c.cut);
    }
    if (c.limit == 0 && c.cut == 0) CHECK(largest(values) > 3 * c.stddev);
  }
}

TEST_CASE("limits and deviations of the KMNIST CNN's kernels") {
  // Golden case initializer-281: (3, 3, 1, 32). No value exceeds the limit (or two deviations), and some come near.
  const Shape shape{3, 3, 1, 32};
  CHECK(largest(values_of("glorot_uniform", shape)) <= 0.1421338109037403);
  CHECK(largest(values_of("glorot_uniform", shape)) > 0.95 * 0.1421338109037403);
  CHECK(largest(values_of("he_normal", shape)) <= 2 * 0.5359149257159769);
  CHECK(largest(values_of("he_normal", shape)) > 1.5 * 0.5359149257159769);
}

TEST_CASE("constants") {
  CHECK(values_of("zeros", {3}) == std::vector<float>{0, 0, 0});
  CHECK(values_of("one", {2}) == std::vector<float>{1, 1});
  CHECK(values_of(Constant{.value = 2.5}, {2}) == std::vector<float>{2.5, 2.5});
  CHECK(values_of(Identity{.gain = 2}, {2, 3}) == std::vector<float>{2, 0, 0, 0, 2, 0});
  CHECK(error_text<ArgumentError>([] { values_of("identity", {3}); }) ==
        "Identity matrix initializer can only be used for 2D matrices. Received: shape=(3,) of rank 1.");
}

TEST_CASE("an orthogonal matrix times gain") {
  const Initializer initializer = Orthogonal{.gain = 2};
  for (const Shape& shape : {Shape{5, 5}, Shape{7, 3}, Shape{3, 7}, Shape{2, 3, 4}}) {
    const std::vector<float> q = values_of(initializer, shape);
    const auto columns = static_cast<std::size_t>(shape.back());
    const std::size_t rows = q.size() / columns;
    const bool by_columns = rows >= columns;
    const std::size_t count = std::min(rows, columns), size = std::max(rows, columns);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < count; ++j) {
        double dot = 0;
        for (std::size_t k = 0; k < size; ++k) {
          dot += by_columns ? double{q[k * columns + i]} * q[k * columns + j]
                            : double{q[i * columns + k]} * q[j * columns + k];
        }
        // Sums of a few products of rounded floats below 2.
        CHECK(dot == Approx(i == j ? 4.0 : 0.0).margin(1e-5));
      }
    }
  }
  CHECK(error_text([&] {
          values_of(initializer, {5});
        }).starts_with("The tensor to initialize must be at least two-dimensional."));
}

TEST_CASE("the same seed gives the same values, its own before the given one") {
  const Shape shape{4, 4};
  for (const char* name :
       {"glorot_uniform", "he_normal", "random_normal", "truncated_normal", "random_uniform", "orthogonal"}) {
    INFO(name);
    CHECK(values_of(name, shape, 3) == values_of(name, shape, 3));
    CHECK(values_of(name, shape, 3) != values_of(name, shape, 4));
  }
  const Initializer seeded = GlorotUniform{.seed = 9};
  CHECK(values_of(seeded, shape, 3) == values_of(seeded, shape, 4));
  CHECK(values_of(seeded, shape, 3) == values_of("glorot_uniform", shape, 9));
}

TEST_CASE("initializers by string") {
  CHECK(Initializer("GlorotUniform").as<GlorotUniform>() != nullptr);
  CHECK(Initializer("he_normal").as<HeNormal>() != nullptr);
  CHECK(Initializer("normal").as<RandomNormal>() != nullptr);
  CHECK(Initializer("uniform").as<RandomUniform>() != nullptr);
  CHECK(Initializer("zero").as<Zeros>() != nullptr);
  const std::string text = error_text<ArgumentError>([] { Initializer("nope"); });
  CHECK(text.starts_with("Could not interpret initializer identifier: nope. Known: zero, zeros, one, ones, constant,"));
}

TEST_CASE("VarianceScaling refuses what Keras refuses") {
  CHECK(error_text<ArgumentError>([] { Initializer(VarianceScaling{.scale = -1}); }) ==
        "Argument `scale` must be positive float. Received: scale=-1.0");
  CHECK(error_text<ArgumentError>([] { Initializer(VarianceScaling{.mode = "invalid_mode"}); }) ==
        "Invalid `mode` argument: invalid_mode. Please use one of fan_in, fan_out, fan_avg.");
  CHECK(error_text<ArgumentError>([] {
          Initializer(VarianceScaling{.scale = 2, .distribution = "invalid_dist"});
        }).starts_with("Invalid `distribution` argument: invalid_dist."));
}

namespace {

struct Ramp {
  static constexpr const char* class_name = "Ramp";
  double step = 1;
};
void fields(Ramp& value, Fields& f) { f("step", value.step); }
void initialize(const Ramp& value, const Shape&, std::uint64_t, std::span<float> values) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(value.step * static_cast<double>(i));
}

}  // namespace

TEST_CASE("a user's initializer works, and by name once registered") {
  CHECK(values_of(Ramp{.step = 2}, {3}) == std::vector<float>{0, 2, 4});
  CHECK_THROWS_AS(Initializer("Ramp"), ArgumentError);
  register_initializer("Ramp", Ramp{.step = 3});
  CHECK(values_of("Ramp", {2}) == std::vector<float>{0, 3});
  CHECK_FALSE(Initializer("Ramp").built_in());
  CHECK(Initializer("zeros").built_in());
  CHECK_THROWS_AS(register_initializer("Zeros", Ramp{}), ArgumentError);
}
