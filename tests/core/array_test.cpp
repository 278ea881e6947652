// What an ArrayView says of its elements, and parts of it.
#include "sumi/array.hpp"

#include <array>
#include <limits>
#include <vector>

#include "sumi/error.hpp"
#include "support/catch.hpp"

using namespace sumi;

TEST_CASE("element types have NumPy's names and sizes") {
  CHECK(std::string(name_of(dtype_of<float>())) == "float32");
  CHECK(size_of(dtype_of<float>()) == 4);
  CHECK(std::string(name_of(dtype_of<const double>())) == "float64");
  CHECK(size_of(dtype_of<double>()) == 8);
  CHECK(std::string(name_of(dtype_of<std::uint8_t>())) == "uint8");
  CHECK(std::string(name_of(dtype_of<std::int8_t>())) == "int8");
  CHECK(std::string(name_of(dtype_of<std::uint16_t>())) == "uint16");
  CHECK(std::string(name_of(dtype_of<std::int16_t>())) == "int16");
  CHECK(std::string(name_of(dtype_of<std::uint32_t>())) == "uint32");
  CHECK(std::string(name_of(dtype_of<std::int32_t>())) == "int32");
  CHECK(size_of(dtype_of<std::int32_t>()) == 4);
  CHECK(std::string(name_of(dtype_of<std::uint64_t>())) == "uint64");
  CHECK(std::string(name_of(dtype_of<std::int64_t>())) == "int64");
  CHECK(size_of(dtype_of<std::int64_t>()) == 8);
}

TEST_CASE("slice keeps the samples of a range") {
  const std::vector<std::int16_t> values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const ArrayView all(std::span<const std::int16_t>(values), {3, 2, 2});
  const ArrayView part = all.slice(1, 3);
  CHECK(part.shape() == Shape{2, 2, 2});
  CHECK(part.dtype() == DType::int16);
  CHECK(*static_cast<const std::int16_t*>(part.data()) == 4);
  CHECK(all.slice(3, 3).samples() == 0);
}

TEST_CASE("slice refuses what is outside") {
  const std::vector<float> values(4);
  const ArrayView all(values);
  CHECK_THROWS_AS(all.slice(-1, 2), ArgumentError);
  CHECK_THROWS_AS(all.slice(2, 1), ArgumentError);
  CHECK_THROWS_AS(all.slice(0, 5), ArgumentError);
}

TEST_CASE("numbers are divided when they are read, in parts of the array as well") {
  const std::vector<std::uint8_t> values = {0, 51, 255};
  const ArrayView view = ArrayView(values).divided_by(255.0F);
  CHECK(view.dtype() == DType::uint8);
  CHECK(view.divisor() == 255.0F);
  CHECK(view.slice(1, 2).divisor() == 255.0F);
  CHECK(view.divided_by(2.0F).divisor() == 510.0F);
  CHECK(ArrayView(values).divisor() == 1.0F);
  CHECK_THROWS_AS(view.divided_by(0.0F), ArgumentError);
  CHECK_THROWS_AS(view.divided_by(std::numeric_limits<float>::infinity()), ArgumentError);
}
