// Augmentation: pictures as Keras makes them, statistics of what is drawn, and what stays the same.
#include <algorithm>
#include <cmath>
#include <set>

#include "sumi/layers.hpp"
#include "support/catch.hpp"
#include "support/layer_output.hpp"

using namespace sumi;
using sumi::testing::layer_output;

namespace {

/// Whole numbers below `count`, mixed.
std::vector<double> mixed(int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(i * 7 % count);
  return values;
}

const Shape small{1, 4, 5, 1};

/// Keras computes in float and was written down with five digits.
void check_picture(const std::vector<double>& actual, const std::vector<double>& expected) {
  REQUIRE(actual.size() == expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    INFO("pixel " << i << ": " << actual[i] << ", expected " << expected[i]);
    CHECK(std::abs(actual[i] - expected[i]) <= 1e-4 * (1 + std::abs(expected[i])));
  }
}

struct Fact {
  const char* fill_mode;
  const char* interpolation;
  std::vector<double> translation, rotation, zoom;
};

/// What Keras 3.15 on JAX makes of mixed(20): shifted by (0.3, -0.45), turned by 0.1, zoomed by (0.4, -0.3). On
/// TensorFlow it is the same but for "wrap", where that leaves out the pixels between the last column and the first.
const Fact facts[] = {
    {"reflect",
     "bilinear",
     {10.75, 4.75,  7, 6.25, 6.25,  10.75, 2.75,  8,  6.25,  4.25,
      10.75, 10.75, 4, 6.25, 12.25, 6.75,  12.75, 15, 14.25, 10.25},
     {8.8455, 13.055, 6.1574, 6.8718, 9.9307, 4.731, 7.8556, 10.58,  12.652, 16.028,
      10.267, 7.4368, 7.7368, 9.9184, 8.269,  12.31, 11.536, 13.583, 18.491, 9.4274},
     {4.2, 9.1, 14, 4.9, 3.8, 6.6, 5.1, 10, 12.1, 9.4, 13.2, 13.3, 7, 9.1, 12.8, 9.2, 14.1, 19, 9.9, 8.8}},
    {"reflect",
     "nearest",
     {14, 1, 8, 8, 1, 14, 1, 8, 8, 1, 9, 16, 3, 3, 16, 4, 11, 18, 18, 11},
     {7, 14, 1, 3, 3, 7, 2, 9, 11, 18, 15, 2, 4, 11, 6, 10, 10, 12, 19, 6},
     {7, 7, 14, 1, 1, 2, 2, 9, 16, 16, 17, 17, 4, 11, 11, 12, 12, 19, 6, 6}},
    {"wrap",
     "bilinear",
     {13.75, 8.75,  12, 7.75, 13.75, 11.75, 3.75,  7,  2.75,  9.75,
      10.75, 10.75, 6,  9.75, 4.75,  6.75,  12.75, 14, 11.75, 11.75},
     {13.291, 14.562, 6.1574, 6.8718, 11.309, 5.1314, 7.8556, 10.58,  12.652, 16.028,
      10.267, 7.4368, 7.7368, 9.9184, 7.8686, 11.69,  11.536, 13.583, 16.985, 4.9819},
     {7.2, 12.1, 17, 7.9, 6.8, 6.6, 5.1, 10, 12.1, 9.4, 13.2, 13.3, 7, 9.1, 12.8, 6.2, 11.1, 16, 6.9, 5.8}},
    {"wrap",
     "nearest",
     {19, 6, 13, 5, 12, 14, 1, 8, 0, 7, 9, 16, 3, 15, 2, 4, 11, 18, 10, 17},
     {12, 14, 1, 3, 3, 7, 2, 9, 11, 18, 15, 2, 4, 11, 6, 10, 10, 12, 19, 1},
     {12, 12, 19, 6, 6, 2, 2, 9, 16, 16, 17, 17, 4, 11, 11, 7, 7, 14, 1, 1}},
    {"constant",
     "bilinear",
     {-3, -3, -3, -3, -3, 8, 1.6, 3.6, -3, -3, 10.75, 10.75, 2.25, -3, -3, 6.75, 12.75, 10.5, -3, -3},
     {-1.6863, 8.2177, 6.1574, 6.8718, 3.4691, 4.1119, 7.8556, 10.58,  12.652, 16.028,
      10.267,  7.4368, 7.7368, 9.9184, 7.3666, 4.6595, 11.536, 13.583, 12.016, -1.6218},
     {-0.12, 1.84, 3.8, 0.16, -0.28, 6.6, 5.1, 10, 12.1, 9.4, 13.2, 13.3, 7, 9.1, 12.8, 1.88, 3.84, 5.8, 2.16, 1.72}},
    {"constant",
     "nearest",
     {-3, -3, -3, -3, -3, 14, 1, 8, -3, -3, 9, 16, 3, -3, -3, 4, 11, 18, -3, -3},
     {-3, 14, 1, 3, 3, 7, 2, 9, 11, 18, 15, 2, 4, 11, 6, 10, 10, 12, 19, -3},
     {-3, -3, -3, -3, -3, 2, 2, 9, 16, 16, 17, 17, 4, 11, 11, -3, -3, -3, -3, -3}},
    {"nearest",
     "bilinear",
     {10.75, 2.75, 8, 8, 8, 10.75, 2.75, 8, 8, 8, 10.75, 10.75, 4, 4, 4, 6.75, 12.75, 15, 15, 15},
     {8.8455, 13.055, 6.1574, 6.8718, 9.9307, 4.731, 7.8556, 10.58,  12.652, 16.028,
      10.267, 7.4368, 7.7368, 9.9184, 8.269,  12.31, 11.536, 13.583, 18.491, 9.4274},
     {4.2, 9.1, 14, 4.9, 3.8, 6.6, 5.1, 10, 12.1, 9.4, 13.2, 13.3, 7, 9.1, 12.8, 9.2, 14.1, 19, 9.9, 8.8}},
    {"nearest",
     "nearest",
     {14, 1, 8, 8, 8, 14, 1, 8, 8, 8, 9, 16, 3, 3, 3, 4, 11, 18, 18, 18},
     {7, 14, 1, 3, 3, 7, 2, 9, 11, 18, 15, 2, 4, 11, 6, 10, 10, 12, 19, 6},
     {7, 7, 14, 1, 1, 2, 2, 9, 16, 16, 17, 17, 4, 11, 11, 12, 12, 19, 6, 6}},
};

}  // namespace

TEST_CASE("translation, rotation and zoom make the pictures that Keras makes") {
  for (const Fact& fact : facts) {
    INFO(fact.fill_mode << ", " << fact.interpolation);
    RandomTranslation translation{.height_factor = {0.3, 0.3}, .width_factor = {-0.45, -0.45}};
    RandomRotation rotation{.factor = {0.1, 0.1}};
    RandomZoom zoom{.height_factor = {0.4, 0.4}, .width_factor = {-0.3, -0.3}};
    const auto set = [&](auto& layer) {
      layer.fill_mode = fact.fill_mode;
      layer.interpolation = fact.interpolation;
      layer.fill_value = -3;
    };
    set(translation);
    set(rotation);
    set(zoom);
    check_picture(layer_output(translation, small, mixed(20)), fact.translation);
    check_picture(layer_output(rotation, small, mixed(20)), fact.rotation);
    check_picture(layer_output(zoom, small, mixed(20)), fact.zoom);
  }
  check_picture(layer_output(RandomZoom{.height_factor = {0.4, 0.4}}, small, mixed(20)),
                {0, 4.2, 14, 3.8, 8, 12, 6.6, 10, 9.4, 4, 9, 13.2, 7, 12.8, 17, 5, 9.2, 19, 8.8, 13});
  check_picture(layer_output(RandomTranslation{.height_factor = {1, 1}, .width_factor = {-1, -1}}, small, mixed(20)),
                {13, 6, 19, 12, 5, 18, 11, 4, 17, 10, 3, 16, 9, 2, 15, 8, 1, 14, 7, 0});
  check_picture(
      layer_output(RandomRotation{.factor = {-0.2, -0.2}}, {1, 4, 5, 2}, mixed(40)),
      {10.614, 17.614, 23.694, 20.25,  15.563, 21.726, 11.902, 18.902, 16.68,  23.68,  22.69,  29.69,  27.988, 10.357,
       14.459, 14.888, 21.724, 28.724, 24.295, 31.295, 36.005, 8.7051, 24.465, 11.276, 18.112, 25.112, 22.643, 29.643,
       3.3099, 10.31,  16.978, 16.32,  14.5,   21.098, 27.715, 18.274, 13.117, 19.75,  15.386, 22.386});
}

TEST_CASE("flips mirror half of the images, both ways together") {
  struct Case {
    const char* mode;
    std::vector<double> mirrored;
  };
  const Case cases[] = {
      {"horizontal", {8, 1, 14, 7, 0, 3, 16, 9, 2, 15, 18, 11, 4, 17, 10, 13, 6, 19, 12, 5}},
      {"vertical", {5, 12, 19, 6, 13, 10, 17, 4, 11, 18, 15, 2, 9, 16, 3, 0, 7, 14, 1, 8}},
      {"horizontal_and_vertical", {13, 6, 19, 12, 5, 18, 11, 4, 17, 10, 3, 16, 9, 2, 15, 8, 1, 14, 7, 0}},
  };
  constexpr int images = 2000;
  std::vector<double> x;
  for (int n = 0; n < images; ++n) {
    const std::vector<double> one = mixed(20);
    x.insert(x.end(), one.begin(), one.end());
  }
  for (const Case& c : cases) {
    INFO(c.mode);
    const std::vector<double> y = layer_output(RandomFlip{.mode = c.mode, .seed = 5}, {images, 4, 5, 1}, x);
    int mirrored = 0;
    for (int n = 0; n < images; ++n) {
      const std::vector<double> one(y.begin() + n * 20, y.begin() + (n + 1) * 20);
      if (one == c.mirrored) {
        ++mirrored;
      } else {
        REQUIRE(one == mixed(20));
      }
    }
    // Five standard deviations.
    CHECK(std::abs(mirrored - images / 2) <= 5 * std::sqrt(images / 4.0));
  }
}

TEST_CASE("a crop that is not random is Keras's smart_resize") {
  struct Case {
    int height, width;
    std::vector<double> expected;
  };
  const Case cases[] = {
      {6, 3, {7, 10.5, 14, 4.5, 8, 11.5, 4.5, 6.3333, 8.1667, 14.5, 9.6667, 4.8333, 14.5, 13, 11.5, 12, 15.5, 19}},
      {4, 3, {7, 14, 1, 2, 9, 16, 17, 4, 11, 12, 19, 6}},
      {6, 8, {0,      3.0625, 7.4375, 11.812, 9.9375, 1.8125, 4.9375, 8,      3.75,   4.625,  6.1875, 10.562,
              10.25,  5.25,   5.875,  6.75,   11.25,  7.75,   3.6875, 8.0625, 10.875, 12.125, 7.75,   4.25,
              13.75,  10.25,  5.875,  7.125,  9.9375, 14.312, 10.25,  6.75,   11.25,  12.125, 12.75,  7.75,
              7.4375, 11.812, 13.375, 14.25,  10,     13.062, 16.188, 8.0625, 6.1875, 10.562, 14.938, 18}},
      {2, 2, {6, 10, 11, 10}},
      {3, 4, {0.875, 9.625, 5.875, 7.125, 13.375, 4.625, 13.375, 4.625, 10.875, 12.125, 8.375, 17.125}},
  };
  for (const Case& c : cases) {
    INFO(c.height << " x " << c.width);
    const RandomCrop crop{.height = c.height, .width = c.width};
    check_picture(layer_output(crop, small, mixed(20), false), c.expected);
    // In training, too, where the image isn't larger in both directions.
    if (c.height >= 4) check_picture(layer_output(crop, small, mixed(20)), c.expected);
  }
  CHECK(layer_output(RandomCrop{.height = 4, .width = 5}, small, mixed(20), false) == mixed(20));
}

TEST_CASE("random crops come from everywhere, from one place in a batch") {
  // 3 x 4 of 5 x 6: six places. Each image holds its pixels' numbers, which tell the place.
  std::vector<double> x;
  for (int i = 0; i < 3 * 30; ++i) x.push_back(i % 30);
  const RandomCrop crop{.height = 3, .width = 4, .seed = 2};
  std::set<int> places;
  for (std::uint64_t step = 0; step < 120; ++step) {
    const std::vector<double> y = layer_output(crop, {3, 5, 6, 1}, x, true, step);
    const int origin = static_cast<int>(y[0]);
    places.insert(origin);
    for (int i = 0; i < 3 * 12; ++i) REQUIRE(y[static_cast<std::size_t>(i)] == origin + i % 12 / 4 * 6 + i % 4);
  }
  // A place is missed with probability (5/6)^120 = 3e-10.
  CHECK(places == std::set<int>{0, 1, 2, 6, 7, 8, 12, 13, 14});
}

TEST_CASE("each image has a shift of its own, uniform between the bounds") {
  // In an image of its columns' numbers the middle one shows the shift.
  constexpr int images = 4000, width = 21;
  std::vector<double> x;
  for (int i = 0; i < images * width; ++i) x.push_back(i % width);
  const RandomTranslation layer{.height_factor = 0.0, .width_factor = {-0.2, 0.3}, .seed = 3};
  const std::vector<double> y = layer_output(layer, {images, 1, width, 1}, x);
  double sum = 0, squares = 0;
  for (int n = 0; n < images; ++n) {
    const double shift = (width / 2 - y[static_cast<std::size_t>(n * width + width / 2)]) / width;
    REQUIRE(shift >= -0.2 - 1e-12);
    REQUIRE(shift <= 0.3 + 1e-12);
    sum += shift;
    squares += (shift - 0.05) * (shift - 0.05);
  }
  // Mean 0.05 and variance 0.25 / 12, each within five standard deviations: of a uniform number on an interval of
  // length w the fourth central moment is w^4 / 80.
  const double variance = 0.25 / 12;
  CHECK(std::abs(sum / images - 0.05) <= 5 * std::sqrt(variance / images));
  CHECK(std::abs(squares / images - variance) <= 5 * std::sqrt((0.0625 / 80 - variance * variance) / images));
}

TEST_CASE("boxes are erased with the drawn probability, in the drawn sizes, anywhere") {
  constexpr int images = 2000;
  const Shape shape{images, 8, 8, 2};
  const std::vector<double> x(images * 128, 7.0);
  const auto erased = [&](const RandomErasing& layer) {
    const std::vector<double> y = layer_output(layer, shape, x);
    int boxes = 0;
    std::vector<int> corner(64, 0);
    for (int n = 0; n < images; ++n) {
      int first = -1, count = 0;
      for (int i = 0; i < 64; ++i) {
        const double* pixel = y.data() + (n * 64 + i) * 2;
        if (pixel[0] == 7.0 && pixel[1] == 7.0) continue;
        REQUIRE((pixel[0] == 1.0 && pixel[1] == 1.0));
        if (first < 0) first = i;
        ++count;
      }
      // A quarter of the area: sides of 4 pixels, wherever they begin.
      REQUIRE((count == 0 || count == 16));
      if (count == 0) continue;
      ++boxes;
      ++corner[static_cast<std::size_t>(first)];
    }
    // From 0 to 4, the first pixel only where the box begins exactly there.
    for (int row = 1; row <= 4; ++row) {
      for (int column = 1; column <= 4; ++column) {
        const double expected = boxes / 16.0;
        CHECK(std::abs(corner[static_cast<std::size_t>(row * 8 + column)] - expected) <= 5 * std::sqrt(expected));
      }
    }
    return boxes;
  };
  RandomErasing layer{.factor = {1, 1}, .scale = {0.25, 0.25}, .fill_value = 1, .seed = 4};
  CHECK(erased(layer) == images);
  // Drawn between 0 and 1 it is one half.
  layer.factor = 1.0;
  CHECK(std::abs(erased(layer) - images / 2) <= 5 * std::sqrt(images / 4.0));
  layer.factor = 0.5;
  CHECK(std::abs(erased(layer) - images / 4) <= 5 * std::sqrt(images * 3 / 16.0));
}

TEST_CASE("what fills a box is clipped to the range of values") {
  const Shape shape{50, 6, 6, 3};
  const std::vector<double> x(50 * 108, -1.0);
  RandomErasing layer{.factor = {1, 1}, .scale = {1, 1}, .fill_value = {-5, 0.25, 300}, .value_range = {0, 1}};
  const std::vector<double> y = layer_output(layer, shape, x);
  for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(y[i] == std::vector<double>{0, 0.25, 1}[i % 3]);
  // Normal noise: half of it is below 0, a part of 0.1587 above 1.
  layer.fill_value = {};
  const std::vector<double> noise = layer_output(layer, shape, x);
  const auto count = static_cast<double>(noise.size());
  const auto zeros = static_cast<double>(std::count(noise.begin(), noise.end(), 0.0));
  const auto ones = static_cast<double>(std::count(noise.begin(), noise.end(), 1.0));
  CHECK(std::abs(zeros - count / 2) <= 5 * std::sqrt(count / 4));
  CHECK(std::abs(ones - 0.1587 * count) <= 5 * std::sqrt(0.1587 * 0.8413 * count));
}

TEST_CASE("augmentation is drawn anew in each step, is the same twice, and stays out of inference") {
  const Shape shape{6, 7, 5, 3};
  const std::vector<double> x = mixed(6 * 105);
  const Layer layers[] = {RandomTranslation{.height_factor = 0.2, .width_factor = 0.2}, RandomRotation{.factor = 0.2},
                          RandomZoom{.height_factor = 0.3}, RandomFlip{}, RandomErasing{.factor = {1, 1}}};
  for (const Layer& layer : layers) {
    INFO(layer.class_name());
    const std::vector<double> y = layer_output(layer, shape, x, true, 4);
    CHECK(layer_output(layer, shape, x, true, 4) == y);
    CHECK(layer_output(layer, shape, x, true, 5) != y);
    CHECK(layer_output(layer, shape, x, false) == x);
  }
}

TEST_CASE("channels_first is the same picture") {
  const Shape last{4, 5, 6, 3}, first{4, 3, 5, 6};
  const std::vector<double> x = mixed(4 * 90);
  const auto moved = [](const std::vector<double>& from, std::int64_t height, std::int64_t width) {
    std::vector<double> to(from.size());
    for (std::int64_t n = 0; n < 4; ++n) {
      for (std::int64_t i = 0; i < height * width; ++i) {
        for (std::int64_t c = 0; c < 3; ++c) {
          to[static_cast<std::size_t>((n * 3 + c) * height * width + i)] =
              from[static_cast<std::size_t>((n * height * width + i) * 3 + c)];
        }
      }
    }
    return to;
  };
  const auto check = [&](auto layer, std::int64_t height, std::int64_t width) {
    INFO(layer.class_name);
    for (const bool training : {true, false}) {
      layer.data_format = "channels_last";
      const std::vector<double> expected = moved(layer_output(layer, last, x, training), height, width);
      layer.data_format = "channels_first";
      CHECK(layer_output(layer, first, moved(x, 5, 6), training) == expected);
    }
  };
  check(RandomTranslation{.height_factor = 0.2, .width_factor = 0.2}, 5, 6);
  check(RandomRotation{.factor = 0.2}, 5, 6);
  check(RandomZoom{.height_factor = 0.2, .width_factor = 0.3}, 5, 6);
  check(RandomFlip{}, 5, 6);
  check(RandomErasing{.factor = {1, 1}, .fill_value = {1, 2, 3}}, 5, 6);
  check(RandomCrop{.height = 2, .width = 4}, 2, 4);
}
