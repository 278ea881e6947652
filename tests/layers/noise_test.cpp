// Statistics of dropout and noise. Bounds are five standard deviations of what is counted or averaged.
#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "sumi/layers.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"
#include "support/layer_output.hpp"

using namespace sumi;
using sumi::testing::layer_output;

namespace {

constexpr std::int64_t count = 40000;
const Shape many{200, 200};

/// Mean, variance, and the mean of products of neighbours.
struct Moments {
  double mean = 0, variance = 0, neighbours = 0;
};
Moments moments(const std::vector<double>& values) {
  Moments m;
  for (const double v : values) m.mean += v / static_cast<double>(values.size());
  for (const double v : values) m.variance += (v - m.mean) * (v - m.mean) / static_cast<double>(values.size());
  for (std::size_t i = 1; i < values.size(); ++i) {
    m.neighbours += (values[i] - m.mean) * (values[i - 1] - m.mean) / static_cast<double>(values.size());
  }
  return m;
}

/// Of `count` independent normal numbers: the mean's deviation is d / sqrt(n), the variance's d^2 sqrt(2 / n), that of
/// the neighbours' product d^2 / sqrt(n).
void check_normal(const std::vector<double>& values, double mean, double deviation) {
  const Moments m = moments(values);
  const double root = std::sqrt(static_cast<double>(values.size()));
  CHECK(std::abs(m.mean - mean) <= 5 * deviation / root);
  CHECK(std::abs(m.variance - deviation * deviation) <= 5 * deviation * deviation * std::sqrt(2.0) / root);
  CHECK(std::abs(m.neighbours) <= 5 * deviation * deviation / root);
  double within = 0;
  for (const double v : values) within += std::abs(v - mean) < deviation ? 1 : 0;
  constexpr double part = 0.682689;
  CHECK(std::abs(within - part * root * root) <= 5 * std::sqrt(part * (1 - part)) * root);
}

}  // namespace

TEST_CASE("Gaussian noise is normal") {
  const std::vector<double> x(count, 0.5);
  check_normal(layer_output(GaussianNoise{.stddev = 0.3, .seed = 1}, many, x), 0.5, 0.3);
  // As much as a Dropout has: 0.2 / 0.8 is a variance of a quarter.
  check_normal(layer_output(GaussianDropout{.rate = 0.2, .seed = 2}, many, std::vector<double>(count, -2.0)), -2, 1);
}

TEST_CASE("alpha dropout keeps mean 0 and variance 1") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < count; ++i) x.push_back(normal_at(77, 0, i));
  for (const double rate : {0.1, 0.5}) {
    INFO("rate " << rate);
    const std::vector<double> y = layer_output(AlphaDropout{.rate = rate, .seed = 3}, many, x);
    const double dropped = *std::min_element(y.begin(), y.end());
    const double saturated = -1.6732632423543772 * 1.0507009873554805;
    const double scale = 1 / std::sqrt((1 - rate) * (1 + rate * saturated * saturated));
    const double expected = scale * saturated * (1 - rate);
    const auto places = static_cast<double>(
        std::count_if(y.begin(), y.end(), [&](double v) { return std::abs(v - expected) < 1e-12; }));
    CHECK(dropped <= expected);
    CHECK(std::abs(places - rate * count) <= 5 * std::sqrt(rate * (1 - rate) * count));
    // y^2 has at most the fourth moment of 3 + |expected|^4, which bounds the variance's deviation.
    const Moments m = moments(y);
    CHECK(std::abs(m.mean) <= 5 / std::sqrt(static_cast<double>(count)));
    CHECK(std::abs(m.variance - 1) <= 5 * std::sqrt((3 + std::pow(expected, 4)) / count));
  }
}

TEST_CASE("spatial dropout takes whole channels") {
  const std::vector<double> x(20 * 30 * 100, 3.0);
  for (const char* format : {"channels_last", "channels_first"}) {
    INFO(format);
    const bool first = std::string(format) == "channels_first";
    const Shape shape = first ? Shape{20, 100, 5, 6} : Shape{20, 5, 6, 100};
    const SpatialDropout2D layer{.rate = 0.25, .data_format = format, .seed = 9};
    const std::vector<double> y = layer_output(layer, shape, x);
    int dropped = 0;
    for (int n = 0; n < 20; ++n) {
      for (int c = 0; c < 100; ++c) {
        const auto at = [&](int pixel) {
          return y[static_cast<std::size_t>(first ? (n * 100 + c) * 30 + pixel : (n * 30 + pixel) * 100 + c)];
        };
        REQUIRE((at(0) == 0.0 || at(0) == 4.0));
        for (int pixel = 1; pixel < 30; ++pixel) REQUIRE(at(pixel) == at(0));
        dropped += at(0) == 0.0 ? 1 : 0;
      }
    }
    CHECK(std::abs(dropped - 500) <= 5 * std::sqrt(2000 * 0.25 * 0.75));
    CHECK(layer_output(layer, shape, x, false) == x);
  }
}

TEST_CASE("noise is drawn anew in each step, is the same twice, and stays out of inference") {
  const Shape shape{4, 3, 2, 5};
  const std::vector<double> x(120, 1.0);
  const Layer layers[] = {Dropout{.rate = 0.5}, SpatialDropout2D{.rate = 0.5}, GaussianNoise{.stddev = 0.5},
                          GaussianDropout{.rate = 0.5}, AlphaDropout{.rate = 0.5, .noise_shape = {None, 1, 2, 5}}};
  for (const Layer& layer : layers) {
    INFO(layer.class_name());
    const std::vector<double> y = layer_output(layer, shape, x, true, 4);
    CHECK(layer_output(layer, shape, x, true, 4) == y);
    CHECK(layer_output(layer, shape, x, true, 5) != y);
    CHECK(layer_output(layer, shape, x, false) == x);
  }
  CHECK(layer_output(GaussianNoise{.stddev = 0.0}, shape, x) == x);
  CHECK(layer_output(GaussianDropout{.rate = 0.0}, shape, x) == x);
}

TEST_CASE("a rate that leaves nothing to scale is refused in training") {
  const std::vector<double> x(4, 1.0);
  const auto refusal = [&](const Layer& layer) {
    return test::error_text<ArgumentError>([&] { layer_output(layer, {2, 2}, x); });
  };
  CHECK(refusal(GaussianDropout{.rate = 1.0, .name = "g"}) ==
        "Expected the `rate` of layer 'g' to be below 1 in training. Received: rate=1.0");
  CHECK(refusal(AlphaDropout{.rate = 1.0}).starts_with("Expected the `rate` of layer 'alpha_dropout' to be below 1"));
  CHECK(layer_output(GaussianDropout{.rate = 1.0}, {2, 2}, x, false) == x);
  CHECK(layer_output(Dropout{.rate = 1.0}, {2, 2}, x) == std::vector<double>(4, 0.0));
}
