// Shapes as text and their element counts.
#include "sumi/shape.hpp"

#include "sumi/error.hpp"
#include "support/catch.hpp"

using namespace sumi;

TEST_CASE("shapes print as Keras prints them") {
  CHECK(to_string(Shape{None, 26, 26, 32}) == "(None, 26, 26, 32)");
  CHECK(to_string(Shape{5}) == "(5,)");
  CHECK(to_string(Shape{}) == "()");
}

TEST_CASE("element_count multiplies the dimensions") {
  CHECK(element_count({}) == 1);
  CHECK(element_count({3, 4, 5}) == 60);
  CHECK(element_count({3, 0, 5}) == 0);
  CHECK(element_count({std::int64_t{1} << 40, std::int64_t{1} << 22}) == std::int64_t{1} << 62);
}

TEST_CASE("element_count refuses unknown dimensions and overflow") {
  CHECK_THROWS_AS(element_count({None, 3}), ShapeError);
  CHECK_THROWS_AS(element_count({std::int64_t{1} << 40, std::int64_t{1} << 23}), ShapeError);
}
