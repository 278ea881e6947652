#include "layers/convolution.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi::layers {
namespace {

int only(const char* name, const std::vector<std::int64_t>& list) {
  if (list.size() == 1 && std::in_range<int>(list[0])) return static_cast<int>(list[0]);
  throw ArgumentError(std::string("The `") + name + "` argument must be a tuple of 1 integers. Received " + name + "=" +
                      to_string(list) + ".");
}

}  // namespace

Image convolved(const Shape& input, const Image& image, const Shape& kernel, Size2 strides, Size2 dilation,
                Padding padding, std::int64_t filters) {
  Image result = image;
  const Size2 size(static_cast<int>(kernel[0]), static_cast<int>(kernel[1]));
  result.height = window_count(image.height, size.height, strides.height, dilation.height, padding);
  result.width = window_count(image.width, size.width, strides.width, dilation.width, padding);
  result.channels = filters;
  if (result.height == 0 || result.width == 0) {
    throw ShapeError("Computed output size would be zero or negative. Received `inputs shape=" + to_string(input) +
                     "`, `kernel shape=" + to_string(kernel) + "`, `dilation_rate=" + to_string(dilation) +
                     "`, `strides=" + to_string(strides) + "`, `padding=" + padding.name() + "`.");
  }
  return result;
}

void expect_positive_count(const char* argument, int value) {
  if (value > 0) return;
  throw ArgumentError(std::string("Invalid value for argument `") + argument +
                      "`. Expected a strictly positive value. Received " + argument + "=" + std::to_string(value) +
                      ".");
}

void expect_groups(int filters, int groups) {
  expect_positive_count("filters", filters);
  if (groups <= 0) {
    throw ArgumentError("The number of groups must be a positive integer. Received: groups=" + std::to_string(groups) +
                        ".");
  }
  if (filters % groups != 0) {
    throw ArgumentError("The number of filters must be evenly divisible by the number of groups. Received: groups=" +
                        std::to_string(groups) + ", filters=" + std::to_string(filters) + ".");
  }
}

void expect_groups_divide(int groups, std::int64_t channels, const Shape& input) {
  if (channels == None || channels % groups == 0) return;
  throw ShapeError("The number of input channels must be evenly divisible by the number of groups. Received groups=" +
                   std::to_string(groups) + ", but the input has " + std::to_string(channels) +
                   " channels (full input shape is " + to_string(input) + ").");
}

void expect_no_strides_with_dilation(Size2 strides, Size2 dilation) {
  if (std::max(strides.height, strides.width) <= 1 || std::max(dilation.height, dilation.width) <= 1) return;
  throw ArgumentError("`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: strides=" +
                      to_string(strides) + " and dilation_rate=" + to_string(dilation));
}

void single_field(const char* name, int& value, Fields& f) {
  std::vector<std::int64_t> list = {value};
  f.numbers(name, list);
  value = only(name, list);
}

void single_field(const char* name, Required<int>& value, Fields& f) {
  Required<std::vector<std::int64_t>> list = std::vector<std::int64_t>{value.get()};
  f.numbers(name, list);
  value = only(name, list);
}

}  // namespace sumi::layers
