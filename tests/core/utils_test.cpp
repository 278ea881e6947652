// Labels as rows with a single one, and vectors of length 1, as Keras makes them.
#include "sumi/utils.hpp"

#include <array>
#include <limits>

#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using test::error_text;

namespace {

std::vector<float> values(const Tensor& tensor) { return {tensor.begin(), tensor.end()}; }
Shape shape(const Tensor& tensor) { return {tensor.shape().begin(), tensor.shape().end()}; }
template <class T, std::size_t N>
ArrayView view(const std::array<T, N>& data, Shape of) {
  return ArrayView(std::span(data), std::move(of));
}

}  // namespace

TEST_CASE("to_categorical counts the classes, or is told") {
  const std::vector<std::uint8_t> labels = {0, 2, 1};
  CHECK(values(to_categorical(labels)) == std::vector<float>{1, 0, 0, 0, 0, 1, 0, 1, 0});
  CHECK(shape(to_categorical(labels)) == Shape{3, 3});
  CHECK(values(to_categorical(labels, 4)) == std::vector<float>{1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0});
  CHECK(shape(to_categorical(labels, 0)) == Shape{3, 3});  // Keras takes 0 for None
}

TEST_CASE("to_categorical drops a last dimension of 1 and adds that of the classes") {
  const std::array<std::int64_t, 6> labels = {0, 1, 2, 3, 4, 0};
  CHECK(shape(to_categorical(view(labels, {6, 1}), 5)) == Shape{6, 5});
  CHECK(shape(to_categorical(view(labels, {2, 3}), 5)) == Shape{2, 3, 5});
  CHECK(shape(to_categorical(view(labels, {2, 3, 1}), 5)) == Shape{2, 3, 5});
  const std::array<std::int32_t, 1> one = {3};
  CHECK(shape(to_categorical(view(one, {1}), 5)) == Shape{1, 5});
  CHECK(values(to_categorical(view(one, {}), 5)) == std::vector<float>{0, 0, 0, 1, 0});
  CHECK(shape(to_categorical(view(one, {}), 5)) == Shape{5});
}

TEST_CASE("to_categorical cuts numbers off at the point") {
  const std::vector<float> labels = {1.9F, 0.2F, -0.9F};
  CHECK(values(to_categorical(labels)) == std::vector<float>{0, 1, 1, 0, 1, 0});
}

TEST_CASE("to_categorical refuses labels outside the classes") {
  const std::vector<int> labels = {0, 5}, negative = {1, -1};
  CHECK(error_text<ArgumentError>([&] { to_categorical(labels, 5); }) ==
        "to_categorical: expected labels below num_classes=5. Received 5 at position 1.");
  CHECK(error_text<ArgumentError>([&] { to_categorical(negative, 5); }) ==
        "to_categorical: expected labels from 0 on. Received -1 at position 1.");
  const std::vector<double> nan = {std::numeric_limits<double>::quiet_NaN()}, huge = {1e300};
  CHECK(error_text<ArgumentError>([&] { to_categorical(nan, 5); }) ==
        "to_categorical: expected labels from 0 on. Received nan at position 0.");
  CHECK(error_text<ArgumentError>([&] { to_categorical(huge); }) ==
        "to_categorical: expected labels from 0 on. Received 1e+300 at position 0.");
  CHECK(error_text<ArgumentError>([&] { to_categorical(labels, -2); }) ==
        "to_categorical: expected `num_classes` to be at least 1. Received num_classes=-2.");
  CHECK(error_text<ArgumentError>([] { to_categorical(std::vector<int>()); }) ==
        "to_categorical: expected labels, or `num_classes`. Received an array of shape (0,).");
  CHECK(shape(to_categorical(std::vector<int>(), 3)) == Shape{0, 3});
}

TEST_CASE("normalize makes vectors of length 1 along an axis") {
  const std::array<float, 6> x = {3, 4, 0, 0, 6, 8};
  CHECK(values(normalize(view(x, {3, 2}))) == std::vector<float>{0.6F, 0.8F, 0, 0, 0.6F, 0.8F});
  CHECK(values(normalize(view(x, {3, 2}), 1)) == values(normalize(view(x, {3, 2}))));
  const std::array<double, 4> columns = {3, 0, 4, -2};
  CHECK(values(normalize(view(columns, {2, 2}), 0)) == std::vector<float>{0.6F, 0, 0.8F, -1});
  CHECK(values(normalize(view(columns, {2, 2}), -2)) == values(normalize(view(columns, {2, 2}), 0)));
  // The middle one of three axes.
  const std::array<std::uint8_t, 8> middle = {3, 0, 4, 1, 6, 5, 8, 12};
  const Tensor made = normalize(view(middle, {2, 2, 2}), 1);
  CHECK(shape(made) == Shape{2, 2, 2});
  CHECK(values(made) ==
        std::vector<float>{0.6F, 0, 0.8F, 1, 0.6F, static_cast<float>(5.0 / 13), 0.8F, static_cast<float>(12.0 / 13)});
}

TEST_CASE("normalize knows other norms") {
  const std::vector<float> x = {1, -3, 4};
  CHECK(values(normalize(x, -1, 1)) == std::vector<float>{0.125F, -0.375F, 0.5F});
  CHECK(values(normalize(x, -1, std::numeric_limits<double>::infinity())) == std::vector<float>{0.25F, -0.75F, 1});
  CHECK(normalize(x, 0, 3)(0) == Approx(1 / std::cbrt(92.0)));
}

TEST_CASE("normalize divides what a view divides") {
  const std::vector<std::uint8_t> x = {30, 40};
  CHECK(values(normalize(ArrayView(x).divided_by(255))) == std::vector<float>{0.6F, 0.8F});
}

TEST_CASE("normalize refuses other orders and axes") {
  const std::vector<float> x = {1};
  CHECK(error_text<ArgumentError>([&] { normalize(x, -1, 0.5); }) ==
        "normalize: expected `order` to be at least 1. Received order=0.5.");
  CHECK(error_text<ShapeError>([&] { normalize(x, 1); }) ==
        "normalize: expected `axis` to be one of an array of shape (1,). Received axis=1.");
  CHECK(error_text<ShapeError>([&] { normalize(x, -2); }) ==
        "normalize: expected `axis` to be one of an array of shape (1,). Received axis=-2.");
}
