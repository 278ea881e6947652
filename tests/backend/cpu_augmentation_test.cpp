// Affine maps of images against the reference.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

struct Case {
  Shape shape;
  Size2 size;
};
const Case cases[] = {
    {{1, 1, 1, 1}, {1, 1}}, {{3, 5, 7, 3}, {5, 7}}, {{40, 28, 28, 1}, {28, 28}}, {{2, 9, 4, 2}, {5, 13}}};

RandomAffineArguments any_map(FillMode mode, bool bilinear) {
  RandomAffineArguments map;
  map.shift_height = map.shift_width = {-0.8, 0.8};
  map.zoom_height = {0.4, 1.9};
  map.turn = {-0.5, 0.5};
  map.flip_vertical = true;
  map.bilinear = bilinear;
  map.fill_mode = mode;
  map.fill_value = -0.5;
  return map;
}

TEST_CASE("affine maps agree with the reference, with the same bits for any number of threads", "[cpu][augmentation]") {
  std::uint32_t seed = 1;
  for (const Case& c : cases) {
    for (const FillMode mode : {FillMode::reflect, FillMode::wrap, FillMode::constant, FillMode::nearest}) {
      for (const bool bilinear : {true, false}) {
        INFO(to_string(c.shape) << ", fill mode " << static_cast<int>(mode) << ", bilinear " << bilinear);
        const graph::RandomAffine op{any_map(mode, bilinear), c.size, ++seed};
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

TEST_CASE("gradients of affine maps agree with the reference", "[cpu][augmentation]") {
  std::uint32_t seed = 200;
  for (const Case& c : cases) {
    for (const FillMode mode : {FillMode::reflect, FillMode::wrap, FillMode::constant, FillMode::nearest}) {
      for (const bool bilinear : {true, false}) {
        INFO(to_string(c.shape) << ", fill mode " << static_cast<int>(mode) << ", bilinear " << bilinear);
        const graph::RandomAffineBackward op{{any_map(mode, bilinear), c.size, ++seed}};
        const Operand dy = random_operand({c.shape[0], c.size.height, c.size.width, c.shape[3]}, seed);
        const Operand dx = output_operand(c.shape);
        const std::vector<float> actual = run_fast(op, {dy}, {dx}, 2)[0];
        CHECK(run_fast(op, {dy}, {dx}, 1)[0] == actual);
        // A pixel may get something from every pixel, of numbers below 1 with weights of which each is off by three
        // roundings of numbers below 1.
        const double pixels = static_cast<double>(c.size.height) * c.size.width;
        std::vector<double> bounds = run_exact(op, {dy}, {dx}, [](double x) { return std::abs(x); })[0];
        for (double& bound : bounds) bound = pixels * unit_roundoff * (bound + (bilinear ? 3 : 0));
        check_within(actual, run_exact(op, {dy}, {dx})[0], bounds);
      }
    }
  }
}

TEST_CASE("flips and shifts by whole pixels, and their gradients, agree with the reference", "[cpu][augmentation]") {
  for (const bool bilinear : {true, false}) {
    for (const double shift : {0.0, 0.5}) {
      RandomAffineArguments map;
      map.flip_horizontal = map.flip_vertical = true;
      map.shift_width = {shift, shift};
      map.fill_mode = FillMode::wrap;
      map.bilinear = bilinear;
      const Shape shape{40, 9, 8, 3};
      const graph::RandomAffine op{map, {9, 8}, 5};
      const Operand x = random_operand(shape, 7), y = output_operand(shape);
      const std::vector<double> exact(static_cast<std::size_t>(element_count(shape)), 0.0);
      check_within(run_fast(op, {x}, {y})[0], run_exact(op, {x}, {y})[0], exact);
      check_within(run_fast(graph::RandomAffineBackward{op}, {x}, {y})[0],
                   run_exact(graph::RandomAffineBackward{op}, {x}, {y})[0], exact);
    }
  }
}

TEST_CASE("erased boxes are those of the reference", "[cpu][augmentation]") {
  for (const Shape& shape : {Shape{5, 7, 6, 3}, Shape{40, 28, 28, 3}}) {
    for (const std::vector<double>& fill : {std::vector<double>{}, {0.25}, {1.0, 2.0, 3.0}}) {
      RandomEraseArguments arguments{.scale = {0.1, 0.9}, .fill = fill, .value_range = {-0.5, 1}};
      const graph::RandomErase op{arguments, 3};
      const Operand x = random_operand(shape, 9), y = output_operand(shape);
      const std::vector<double> expected = run_exact(op, {x}, {y})[0];
      // Noise is rounded to a float once.
      check_within(run_fast(op, {x}, {y})[0], expected, std::vector<double>(expected.size(), unit_roundoff));
      CHECK(expected != std::vector<double>(x.values.begin(), x.values.end()));
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
