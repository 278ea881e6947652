// Numbers and strings as Python's repr has them.
#include "core/text.hpp"

#include "support/catch.hpp"

using namespace sumi;

TEST_CASE("numbers print as in Python") {
  CHECK(repr(0.0) == "0.0");
  CHECK(repr(2.0) == "2.0");
  CHECK(repr(0.1) == "0.1");
  CHECK(repr(-0.5) == "-0.5");
  CHECK(repr(1e-7) == "1e-07");
  CHECK(repr(0.0001) == "0.0001");
  CHECK(repr(0.00001) == "1e-05");
  CHECK(repr(1e15) == "1000000000000000.0");
  CHECK(repr(1e16) == "1e+16");
  CHECK(repr(1.0 / 3) == "0.3333333333333333");
  CHECK(repr(0.0010000000474974513) == "0.0010000000474974513");
  CHECK(repr(0.001F) == "0.001");
  CHECK(repr(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(repr(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(repr(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("strings print in quotes") {
  CHECK(repr("relu") == "'relu'");
  CHECK(repr("it's") == "'it\\'s'");
}

TEST_CASE("nearest finds the word that was meant") {
  const std::vector<std::string> words{"filters", "kernel_size", "strides", "padding"};
  CHECK(nearest("kernal_size", words) == "kernel_size");
  CHECK(nearest("stride", words) == "strides");
  CHECK(nearest("momentum", words).empty());
  CHECK(nearest("x", {}).empty());
}

TEST_CASE("a suggestion names the nearest word, where there is one") {
  CHECK(suggestion("rellu", {"elu", "relu"}) == " Did you mean 'relu'?");
  CHECK(suggestion("momentum", {"elu", "relu"}).empty());
}
