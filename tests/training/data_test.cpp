// The caller's arrays: what is accepted, what is refused, and with which words.
#include "training/data.hpp"

#include <cmath>
#include <limits>

#include "sumi/error.hpp"
#include "sumi/tensor.hpp"
#include "support/catch.hpp"

using namespace sumi;
using namespace sumi::training;

TEST_CASE("samples of any element type are gathered as floats") {
  const auto check = [](auto zero) {
    using T = decltype(zero);
    const std::vector<T> values = {T(1), T(2), T(3), T(4), T(5), T(6)};
    const ArrayView view(std::span<const T>(values), {3, 2});
    const std::vector<std::int64_t> samples = {2, 0};
    float out[4] = {};
    gather(view, samples, out);
    CHECK(std::vector<float>(out, out + 4) == std::vector<float>{5, 6, 1, 2});
  };
  check(float{});
  check(double{});
  check(std::uint8_t{});
  check(std::int8_t{});
  check(std::uint16_t{});
  check(std::int16_t{});
  check(std::uint32_t{});
  check(std::int32_t{});
  check(std::uint64_t{});
  check(std::int64_t{});
}

TEST_CASE("numbers are divided on the way") {
  const std::vector<std::uint8_t> values = {0, 51, 102, 255};
  const std::vector<std::int64_t> samples = {3, 1};
  float out[2] = {};
  gather(ArrayView(values).divided_by(255.0F), samples, out);
  CHECK(out[0] == 1.0F);
  CHECK(out[1] == 51.0F / 255.0F);
  // Labels and weights too.
  CHECK_NOTHROW(check_labels(ArrayView(values).divided_by(51.0F), 6, {}));
  CHECK_THROWS_AS(check_labels(ArrayView(values).divided_by(51.0F), 5, {}), ArgumentError);
  const std::vector<std::uint8_t> weights = {2, 4};
  CHECK(weights_of(ArrayView(weights).divided_by(4.0F), {}, ArrayView(weights)) == std::vector<float>{0.5F, 1.0F});
}

TEST_CASE("a missing or extra last dimension of 1 is no obstacle") {
  const std::vector<float> values(16);
  CHECK(fit_to_input({std::span(values), {1, 4, 4}}, {None, 4, 4, 1}, "m") == Shape{1, 4, 4, 1});
  CHECK(fit_to_input({std::span(values), {1, 16, 1}}, {None, 16}, "m") == Shape{1, 16});
  CHECK_THROWS_WITH(fit_to_input({std::span(values), {2, 8}}, {None, 9}, "m"),
                    ContainsSubstring("expected shape (None, 9), found shape (2, 8)"));
}

TEST_CASE("counts must match and not be 0") {
  const std::vector<float> four(4);
  const std::vector<int> two(2);
  const std::vector<float> nothing;
  CHECK_THROWS_WITH(check_counts(four, two, {}), ContainsSubstring("Data cardinality is ambiguous") &&
                                                     ContainsSubstring("'x' sizes: 4") &&
                                                     ContainsSubstring("'y' sizes: 2"));
  CHECK_THROWS_WITH(check_counts(four, four, two), ContainsSubstring("'sample_weight' sizes: 2"));
  CHECK_THROWS_AS(check_counts(nothing, nothing, {}), ArgumentError);
}

TEST_CASE("NaN and infinity are named with their place") {
  std::vector<float> values(12, 0.5F);
  CHECK_NOTHROW(check_finite({std::span(values), {3, 4}}, "x"));
  values[6] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(check_finite({std::span(values), {3, 4}}, "x"),
                    ContainsSubstring("in x. Received NaN at sample 1, element 2"));
  values[6] = -std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(check_finite({std::span(values), {3, 4}}, "y"), ContainsSubstring("infinity at sample 1"));
}

TEST_CASE("labels must be classes of the model") {
  const std::vector<int> good = {0, 9, -1};
  CHECK_NOTHROW(check_labels(good, 10, -1));
  CHECK_THROWS_WITH(check_labels(good, 10, std::nullopt), ContainsSubstring("labels from 0 to 9") &&
                                                              ContainsSubstring("10 classes") &&
                                                              ContainsSubstring("label -1 at sample 2"));
  const std::vector<std::uint8_t> large = {3, 12};
  CHECK_THROWS_WITH(check_labels(large, 10, std::nullopt), ContainsSubstring("label 12 at sample 1"));
  const std::vector<float> half = {0.5F};
  CHECK_THROWS_WITH(check_labels(half, 10, std::nullopt), ContainsSubstring("label 0.5"));
}

TEST_CASE("targets must have the shape that the loss compares with") {
  const std::vector<float> values(6);
  CHECK_NOTHROW(check_target_shape({std::span(values), {2, 3}}, {1, 3}));
  CHECK_NOTHROW(check_target_shape({std::span(values), {6, 1}}, {1}));
  CHECK_NOTHROW(check_target_shape({std::span(values), {6}}, {1, 1}));
  CHECK_THROWS_WITH(check_target_shape({std::span(values), {2, 3}}, {1, 4}),
                    ContainsSubstring("(None, 4)") && ContainsSubstring("(2, 3)"));
}

TEST_CASE("weights come from the samples or from their classes") {
  const std::vector<int> labels = {0, 1, 2};
  CHECK(weights_of({}, {}, labels).empty());
  CHECK(weights_of({}, {{1, 0.5}, {2, 2.0}}, labels) == std::vector<float>{1.0F, 0.5F, 2.0F});
  const std::vector<double> given = {0.1, 0.2, 0.3};
  CHECK(weights_of(given, {}, labels) == std::vector<float>{0.1F, 0.2F, 0.3F});
  const std::vector<float> one_hot = {0, 0, 1, 1, 0, 0};
  CHECK(weights_of({}, {{2, 3.0}}, {std::span(one_hot), {2, 3}}) == std::vector<float>{3.0F, 1.0F});
  CHECK_THROWS_WITH(weights_of(given, {{1, 1.0}}, labels),
                    ContainsSubstring("You cannot `class_weight` and `sample_weight`"));
  const std::vector<float> matrix(6);
  CHECK_THROWS_AS(weights_of({std::span(matrix), {3, 2}}, {}, labels), ShapeError);
}
