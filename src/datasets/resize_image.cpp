#include "datasets/resize_image.hpp"

#include <algorithm>
#include <cmath>

namespace sumi::datasets {
namespace {

/// Two neighbours along an axis and the weight of the second.
struct Between {
  std::size_t first = 0, second = 0;
  float weight = 0;
};

std::vector<Between> places(std::int64_t from, int to, bool nearest) {
  std::vector<Between> all(static_cast<std::size_t>(to));
  const double scale = static_cast<double>(from) / to;
  const auto last = static_cast<double>(from - 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double middle = (static_cast<double>(i) + 0.5) * scale;
    if (nearest) {
      all[i].first = all[i].second = static_cast<std::size_t>(std::min(std::floor(middle), last));
    } else {
      const double at = std::clamp(middle - 0.5, 0.0, last), below = std::floor(at);
      all[i] = {static_cast<std::size_t>(below), static_cast<std::size_t>(std::min(below + 1, last)),
                static_cast<float>(at - below)};
    }
  }
  return all;
}

}  // namespace

void resize(const Image& image, Size2 size, bool nearest, float* out) {
  const std::vector<Between> rows = places(image.shape[0], size.height, nearest);
  const std::vector<Between> columns = places(image.shape[1], size.width, nearest);
  const auto colours = static_cast<std::size_t>(image.shape[2]);
  const std::size_t row_size = static_cast<std::size_t>(image.shape[1]) * colours;
  for (const Between& row : rows) {
    const std::uint8_t* upper = image.pixels.data() + row.first * row_size;
    const std::uint8_t* lower = image.pixels.data() + row.second * row_size;
    for (const Between& column : columns) {
      for (std::size_t c = 0; c < colours; ++c) {
        const std::size_t left = column.first * colours + c, right = column.second * colours + c;
        const float above = std::lerp(static_cast<float>(upper[left]), static_cast<float>(upper[right]), column.weight);
        const float below = std::lerp(static_cast<float>(lower[left]), static_cast<float>(lower[right]), column.weight);
        *out++ = std::lerp(above, below, row.weight);
      }
    }
  }
}

}  // namespace sumi::datasets
