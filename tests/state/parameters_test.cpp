// One table of offsets for parameters, gradients and optimizer slots.
#include "state/parameters.hpp"

#include <cstdint>

#include "support/catch.hpp"

using sumi::state::Arena;
using sumi::state::Parameter;
using sumi::state::ParameterTable;

namespace {
Parameter weight(std::size_t layer, const char* name, sumi::Shape shape, bool trainable) {
  Parameter parameter;
  parameter.layer = layer;
  parameter.name = name;
  parameter.shape = std::move(shape);
  parameter.arguments.trainable = trainable;
  return parameter;
}
}  // namespace

TEST_CASE("trainable weights stand in front, in Keras's order within each part") {
  const ParameterTable table({weight(0, "gamma", {5}, true), weight(0, "moving_mean", {5}, false),
                              weight(1, "kernel", {3, 7}, true), weight(1, "bias", {7}, true)});
  REQUIRE(table.count() == 4);
  CHECK(table[0].offset == 0);
  CHECK(table[2].offset == 16);  // 5 floats take one line of 64 bytes
  CHECK(table[3].offset == 48);  // 21 floats take two
  CHECK(table.trainable_floats() == 64);
  CHECK(table[1].offset == 64);
  CHECK(table.floats() == 80);
  CHECK(table[2].size == 21);
}

TEST_CASE("an arena is aligned and starts with the given value") {
  Arena arena(33, 2.5F);
  CHECK(reinterpret_cast<std::uintptr_t>(arena.data()) % 64 == 0);
  CHECK(arena.size() == 48);
  for (std::size_t i = 0; i < arena.size(); ++i) REQUIRE(arena.data()[i] == 2.5F);
  CHECK(Arena().data() == nullptr);
}
