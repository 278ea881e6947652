// What is drawn for each image: pure functions of a seed, the training step and the image's number in its batch.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "core/random.hpp"
#include "sumi/lowering.hpp"

namespace sumi {

/// Draw number `which`, below 8, of an image.
inline double draw(Interval bounds, std::uint64_t seed, std::uint64_t step, std::int64_t image, std::uint64_t which) {
  const double part = uniform_at(seed, step, static_cast<std::uint64_t>(image) * 8 + which);
  return bounds.lower + (bounds.upper - bounds.lower) * part;
}

/// The pixel (x, y) of the result shows the place (a0 x + a1 y + a2, b0 x + b1 y + b2) of the image.
struct AffineMap {
  double a0, a1, a2, b0, b1, b2;
};

/// The map of one image, whose size is `from`, to a result of size `to`.
inline AffineMap draw_affine_map(const RandomAffineArguments& a, Size2 from, Size2 to, std::uint64_t seed,
                                 std::uint64_t step, std::int64_t image) {
  const auto drawn = [&](Interval bounds, std::uint64_t which) { return draw(bounds, seed, step, image, which); };
  const double down = drawn(a.shift_height, 0) * from.height;
  const double right = drawn(a.shift_width, 1) * from.width;
  const double zoom_y = drawn(a.zoom_height, 2);
  const double zoom_x = a.zoom_width ? drawn(*a.zoom_width, 3) : zoom_y;
  const double angle = 2.0 * std::numbers::pi * drawn(a.turn, 4);
  const bool flipped = drawn({0.0, 1.0}, 5) <= 0.5;
  const double sign_x = flipped && a.flip_horizontal ? -1.0 : 1.0;
  const double sign_y = flipped && a.flip_vertical ? -1.0 : 1.0;
  AffineMap map{sign_x * std::cos(angle) * zoom_x, sign_x * -std::sin(angle) * zoom_y, 0.0,
                sign_y * std::sin(angle) * zoom_x, sign_y * std::cos(angle) * zoom_y,  0.0};
  // The middle stays where it is, apart from the shift.
  const double x = (to.width - 1) / 2.0;
  const double y = (to.height - 1) / 2.0;
  map.a2 = (from.width - 1) / 2.0 - map.a0 * x - map.a1 * y - map.a0 * right - map.a1 * down;
  map.b2 = (from.height - 1) / 2.0 - map.b0 * x - map.b1 * y - map.b0 * right - map.b1 * down;
  return map;
}

/// Where the pixel `i` of a row of `size` pixels stands that goes on beyond its ends; -1 where nothing stands there.
inline std::int64_t filled_index(FillMode mode, std::int64_t i, std::int64_t size) {
  if (i >= 0 && i < size) return i;
  const auto modulo = [](std::int64_t a, std::int64_t b) { return (a % b + b) % b; };
  switch (mode) {
    case FillMode::reflect: {
      const std::int64_t within = modulo(i, 2 * size);
      return within < size ? within : 2 * size - 1 - within;
    }
    case FillMode::wrap:
      return modulo(i, size);
    case FillMode::nearest:
      return i < 0 ? 0 : size - 1;
    case FillMode::constant:
      break;
  }
  return -1;
}

/// First row and column of the part that a random crop takes from images of size `from`.
inline Size2 draw_crop_origin(Size2 size, Size2 from, std::uint64_t seed, std::uint64_t step) {
  const int rows = from.height - size.height, columns = from.width - size.width;
  return {static_cast<int>(draw({0.0, rows + 1.0}, seed, step, 0, 0)),
          static_cast<int>(draw({0.0, columns + 1.0}, seed, step, 0, 1))};
}

/// Rows and columns [begin, end) that an image loses; none of them where it loses nothing.
struct ErasedBox {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;
};

/// The box of one image of size `size`.
inline ErasedBox draw_erased_box(const RandomEraseArguments& a, Size2 size, std::uint64_t seed, std::uint64_t step,
                                 std::int64_t image) {
  const auto drawn = [&](Interval bounds, std::uint64_t which) { return draw(bounds, seed, step, image, which); };
  if (!(drawn({0.0, 1.0}, 1) < drawn(a.probability, 0))) return {};
  const double width = std::sqrt(drawn(a.scale, 2)) * size.width;
  const double height = std::sqrt(drawn(a.scale, 3)) * size.height;
  const double left = drawn({0.0, size.width - width}, 4);
  const double top = drawn({0.0, size.height - height}, 5);
  const auto first = [](double place) { return static_cast<std::int64_t>(std::ceil(place)); };
  return {first(top), first(top + height), first(left), first(left + width)};
}

}  // namespace sumi
