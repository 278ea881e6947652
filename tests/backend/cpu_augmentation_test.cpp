// Affine maps of images against the reference.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

TEST_CASE("affine maps agree with the reference, with the same bits for any number of threads", "[cpu][augmentation]") {
  struct Case {
    Shape shape;
    Size2 size;
  };
  const Case cases[] = {
      {{1, 1, 1, 1}, {1, 1}}, {{3, 5, 7, 3}, {5, 7}}, {{40, 28, 28, 1}, {28, 28}}, {{2, 9, 4, 2}, {5, 13}}};
  std::uint32_t seed = 1;
  for (const Case& c : cases) {
    for (const FillMode mode : {FillMode::reflect, FillMode::wrap, FillMode::constant, FillMode::nearest}) {
      for (const bool bilinear : {true, false}) {
        INFO(to_string(c.shape) << ", fill mode " << static_cast<int>(mode) << ", bilinear " << bilinear);
        RandomAffineArguments map;
        map.shift_height = map.shift_width = {-0.8, 0.8};
        map.zoom_height = {0.4, 1.9};
        map.turn = {-0.5, 0.5};
        map.flip_vertical = true;
        map.bilinear = bilinear;
        map.fill_mode = mode;
        map.fill_value = -0.5;
        const graph::RandomAffine op{map, c.size, ++seed};
        const Operand x = random_operand(c.shape, seed);
        const Operand y = output_operand({c.shape[0], c.size.height, c.size.width, c.shape[3]});
        const std::vector<float> actual = run_fast(op, {x}, {y}, 2)[0];
        CHECK(run_fast(op, {x}, {y}, 1)[0] == actual);
        // Numbers below 1. Each of four weights has two rounded factors and their product; four products and as many
        // sums. Nothing is rounded where there is one pixel.
        const double units = bilinear ? 3 + 1 + 4 : 0;
        check_within(actual, run_exact(op, {x}, {y})[0], std::vector<double>(actual.size(), units * unit_roundoff));
      }
    }
  }
}

TEST_CASE("a pixel without weight may be any number", "[cpu][augmentation]") {
  // Shifted by whole pixels: no number beside a pixel doesn't reach it.
  RandomAffineArguments map;
  map.shift_width = {0.25, 0.25};
  map.fill_mode = FillMode::constant;
  map.fill_value = std::nan("");
  const Operand x{{1, 1, 4, 1}, {1, 2, 3, 4}};
  const std::vector<float> y = run_fast(graph::RandomAffine{map, {1, 4}, 1}, {x}, {output_operand({1, 1, 4, 1})})[0];
  CHECK(std::isnan(y[0]));
  CHECK(std::vector<float>(y.begin() + 1, y.end()) == std::vector<float>{1, 2, 3});
}

}  // namespace
}  // namespace sumi::testing
