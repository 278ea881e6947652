// Checks and words of augmentation, once for all layers.
#include "layers/augmentation.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi::layers {

std::string tuple_text(const std::vector<double>& values) {
  std::vector<std::string> words;
  for (const double value : values) words.push_back(repr(value));
  return values.empty() ? "None" : "(" + join(words) + ")";
}

Interval bounds_of(const Numbers& factor, double least) {
  const std::vector<double>& values = factor.values();
  if (values.size() == 1) return {std::max(0.0 - std::abs(values[0]), least), std::abs(values[0])};
  return {std::min(values.at(0), values.at(1)), std::max(values.at(0), values.at(1))};
}

void expect_factor(const std::string& rule, const char* argument, const Numbers& factor, double lower, double upper,
                   bool open) {
  const std::vector<double>& values = factor.values();
  if (values.empty() || values.size() > 2) {
    throw ArgumentError(rule + " Received: " + argument + "=" + tuple_text(values));
  }
  for (const double value : values) {
    if (value <= upper && (open ? value > lower : value >= lower)) continue;
    throw ArgumentError(rule + " Received: " + argument + "=" +
                        (values.size() == 1 ? repr(value) : tuple_text(values)));
  }
}

void expect_word(const char* argument, const std::string& word, std::initializer_list<const char*> words) {
  std::vector<std::string> known(words.begin(), words.end()), quoted;
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  for (const std::string& one : known) quoted.push_back(repr(std::string_view(one)));
  const std::string meant = nearest(word, known);
  throw ArgumentError(std::string("Unknown `") + argument + "` " + word + ". Expected of one (" + join(quoted) + ")." +
                      (meant.empty() ? "" : " Did you mean '" + meant + "'?"));
}

void expect_images(const Shape& input) {
  if (input.size() == 4) return;
  throw ShapeError("Expected image tensor to have rank 4 (batch of images). Received: data.shape=" + to_string(input));
}

RandomAffineArguments filling(const std::string& fill_mode, const std::string& interpolation, double fill_value) {
  RandomAffineArguments arguments;
  arguments.bilinear = interpolation == "bilinear";
  arguments.fill_mode = fill_mode == "wrap"       ? FillMode::wrap
                        : fill_mode == "constant" ? FillMode::constant
                        : fill_mode == "nearest"  ? FillMode::nearest
                                                  : FillMode::reflect;
  arguments.fill_value = fill_value;
  return arguments;
}

}  // namespace sumi::layers
