// Batch normalisation against the reference in double: every layout, any mean, with and without gamma and beta.
#include <algorithm>

#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

// Sums are taken in float within 64 rows: so many roundings, and a few of the formula's own.
constexpr double roundings = 64 + 8;
constexpr double tolerance = roundings * unit_roundoff;

struct Image {
  Shape shape;
  Layout layout = Layout::plain;
};

std::vector<Image> images() {
  return {{{2, 3, 3, 1}, Layout::plain},       {{250, 256}, Layout::plain},       {{3, 10}, Layout::plain},
          {{2, 7, 5, 17}, Layout::plain},      {{6, 26, 26, 32}, Layout::plain},  {{6, 26, 26, 32}, Layout::blocked16},
          {{9, 11, 11, 40}, Layout::blocked8}, {{3, 5, 5, 64}, Layout::blocked16}};
}

// Every channel has its own mean, near `mean`, and a deviation near 1.
Operand channels_around(const Image& image, float mean, std::uint32_t seed) {
  Operand x = random_operand(image.shape, seed, image.layout, -2, 2);
  const auto channels = static_cast<std::size_t>(image.shape.back());
  for (std::size_t i = 0; i < x.values.size(); ++i) x.values[i] += mean + 0.01F * static_cast<float>(i % channels);
  return x;
}

struct Moments {
  std::vector<double> mean, deviation;
};

Moments moments_of(const Operand& x, double epsilon) {
  const auto channels = static_cast<std::size_t>(x.shape.back());
  const double n = static_cast<double>(x.values.size() / channels);
  Moments result{std::vector<double>(channels), std::vector<double>(channels)};
  for (std::size_t i = 0; i < x.values.size(); ++i) result.mean[i % channels] += x.values[i] / n;
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const double difference = x.values[i] - result.mean[i % channels];
    result.deviation[i % channels] += difference * difference / n;
  }
  for (double& d : result.deviation) d = std::sqrt(d + epsilon);
  return result;
}

void check_training(const Image& image, float mean, bool with_parameters, std::uint32_t seed) {
  const std::int64_t c = image.shape.back();
  graph::BatchNorm op;
  op.axis = static_cast<int>(image.shape.size()) - 1;
  op.training = true;
  op.momentum = 0.9;
  const Operand x = channels_around(image, mean, seed);
  const Operand gamma = with_parameters ? random_operand({c}, seed + 1) : absent;
  const Operand beta = with_parameters ? random_operand({c}, seed + 2) : absent;
  const std::vector<Operand> inputs = {x, gamma, beta, random_operand({c}, seed + 3),
                                       random_operand({c}, seed + 4, Layout::plain, 0.5, 1.5)};
  const Operand channel = output_operand({c});
  const std::vector<Operand> outputs = {output_operand(image.shape, image.layout), channel, channel, channel, channel};
  const auto actual = run_fast(op, inputs, outputs);
  const auto expected = run_exact(op, inputs, outputs);

  const Moments moments = moments_of(x, op.epsilon);
  std::vector<double> of_mean;
  std::vector<double> of_inv_std;
  std::vector<double> of_variance;
  for (std::size_t i = 0; i < static_cast<std::size_t>(c); ++i) {
    // A mean is a float, but otherwise nothing depends on how large it is.
    of_mean.push_back(unit_roundoff * std::abs(moments.mean[i]) + tolerance * moments.deviation[i]);
    of_inv_std.push_back(tolerance / moments.deviation[i]);
    of_variance.push_back(tolerance * (moments.deviation[i] * moments.deviation[i] + 1.5));
  }
  std::vector<double> of_y;
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const std::size_t ch = i % static_cast<std::size_t>(c);
    const double g = with_parameters ? std::abs(gamma.values[ch]) : 1.0;
    const double b = with_parameters ? std::abs(beta.values[ch]) : 0.0;
    const double normalized = std::abs(x.values[i] - moments.mean[ch]) / moments.deviation[ch];
    // The shift is a float, so y's offset is g times as far from beta as the mean is from a float.
    const double offset = b + g * (1 + unit_roundoff * std::abs(moments.mean[ch]) / moments.deviation[ch]);
    of_y.push_back(tolerance * (g * normalized + offset));
  }
  check_within(actual[0], expected[0], of_y);
  check_within(actual[1], expected[1], of_mean);
  check_within(actual[2], expected[2], of_inv_std);
  std::vector<double> of_moving_mean;
  for (std::size_t i = 0; i < of_mean.size(); ++i) {
    of_moving_mean.push_back(of_mean[i] + tolerance * std::abs(inputs[3].values[i]));
  }
  check_within(actual[3], expected[3], of_moving_mean);
  check_within(actual[4], expected[4], of_variance);
}

TEST_CASE("batch normalisation in training agrees with the reference", "[cpu][batch_norm]") {
  std::uint32_t seed = 1;
  for (const Image& image : images()) {
    for (const bool with_parameters : {false, true}) {
      INFO(to_string(image.shape) << ", parameters " << with_parameters);
      check_training(image, 0.0F, with_parameters, seed += 10);
    }
  }
}

TEST_CASE("batch normalisation keeps its precision where the mean is 1000 deviations", "[cpu][batch_norm]") {
  std::uint32_t seed = 1000;
  for (const Image& image : images()) {
    INFO(to_string(image.shape));
    check_training(image, 1000.0F, true, seed += 10);
    check_training(image, -1000.0F, false, seed += 10);
  }
}

TEST_CASE("one outlier in front costs batch normalisation no precision", "[cpu][batch_norm]") {
  // The sums' shift must not be taken from the first row alone: that is as far from all others as can be.
  const Shape shape = {64, 16};
  Operand x{shape, std::vector<float>(1024, 1.0F), Layout::plain};
  for (std::size_t i = 0; i < 16; ++i) x.values[i] = 1000.0F;
  graph::BatchNorm op;
  op.axis = 1;
  op.training = true;
  const Operand ones{{16}, std::vector<float>(16, 1.0F), Layout::plain};
  const Operand channel = output_operand({16});
  const auto out =
      run_fast(op, {x, absent, absent, ones, ones}, {output_operand(shape), channel, channel, absent, absent});
  const double mean = (1000.0 + 63.0) / 64;
  const double variance = 999.0 * 999.0 * 63 / 64 / 64;
  for (std::size_t c = 0; c < 16; ++c) {
    CHECK(std::abs(out[1][c] - mean) <= tolerance * 999.0);
    CHECK(std::abs(out[2][c] * std::sqrt(variance + op.epsilon) - 1.0) <= tolerance);
  }
}

TEST_CASE("batch normalisation in inference agrees with the reference", "[cpu][batch_norm]") {
  std::uint32_t seed = 2000;
  for (const Image& image : images()) {
    INFO(to_string(image.shape));
    const std::int64_t c = image.shape.back();
    graph::BatchNorm op;
    op.axis = static_cast<int>(image.shape.size()) - 1;
    const std::vector<Operand> inputs = {random_operand(image.shape, ++seed, image.layout), random_operand({c}, ++seed),
                                         random_operand({c}, ++seed), random_operand({c}, ++seed),
                                         random_operand({c}, ++seed, Layout::plain, 0.5, 1.5)};
    const Operand y = output_operand(image.shape, image.layout);
    const auto actual = run_fast(op, inputs, {y});
    const auto expected = run_exact(op, inputs, {y});
    // |x - mean| <= 2, 1 / sqrt(variance) <= 1.5, |beta| <= 1; four rounded operations and the scale's rounding
    check_within(actual[0], expected[0], std::vector<double>(expected[0].size(), 5 * unit_roundoff * (2 * 1.5 + 1)));
  }
}

void check_backward(const Image& image, bool training, bool with_gamma, bool with_dx, std::uint32_t seed) {
  const std::int64_t c = image.shape.back();
  const auto channels = static_cast<std::size_t>(c);
  graph::BatchNormBackward op;
  op.axis = static_cast<int>(image.shape.size()) - 1;
  op.training = training;
  const Operand x = channels_around(image, 3.0F, seed);
  const Operand gamma = with_gamma ? random_operand({c}, seed + 1) : absent;
  const Moments moments = moments_of(x, op.epsilon);
  Operand mean{{c}, std::vector<float>(channels), Layout::plain};
  Operand scale{{c}, std::vector<float>(channels), Layout::plain};
  for (std::size_t i = 0; i < channels; ++i) {
    mean.values[i] = static_cast<float>(moments.mean[i]);
    const double d = moments.deviation[i];
    scale.values[i] = static_cast<float>(training ? 1.0 / d : d * d - op.epsilon);
  }
  const std::vector<Operand> inputs = {x, gamma, mean, scale, random_operand(image.shape, seed + 2, image.layout)};
  const std::vector<Operand> outputs = {with_dx ? output_operand(image.shape, image.layout) : absent,
                                        with_gamma ? output_operand({c}) : absent, output_operand({c})};
  const auto actual = run_fast(op, inputs, outputs);
  const auto expected = run_exact(op, inputs, outputs);
  // |dy| <= 1, and |x - mean| is at most 4 with a deviation of about 1 (range 4): sums of at most 4 * n.
  const double n = static_cast<double>(x.values.size() / channels);
  const double inv_std = 1.0 / *std::min_element(moments.deviation.begin(), moments.deviation.end());
  const double normalized = 4 * inv_std;
  const auto bounds = [](std::size_t count, double bound) { return std::vector<double>(count, bound); };
  check_within(actual[1], expected[1], bounds(expected[1].size(), tolerance * n * normalized));
  check_within(actual[2], expected[2], bounds(expected[2].size(), tolerance * n));
  check_within(actual[0], expected[0], bounds(expected[0].size(), tolerance * inv_std * (2 + normalized * normalized)));
}

TEST_CASE("the gradients of batch normalisation agree with the reference", "[cpu][batch_norm]") {
  std::uint32_t seed = 3000;
  for (const Image& image : images()) {
    for (const bool training : {true, false}) {
      for (const bool with_gamma : {true, false}) {
        INFO(to_string(image.shape) << ", training " << training << ", gamma " << with_gamma);
        check_backward(image, training, with_gamma, true, seed += 10);
      }
      check_backward(image, training, true, false, seed += 10);
    }
  }
}

TEST_CASE("batch normalisation leaves other axes, masks and renormalisation to the reference", "[cpu][batch_norm]") {
  const auto kernel_for = [](const graph::BatchNorm& op, const std::vector<backend::Operand>& inputs) {
    const graph::Attributes attributes = op;
    std::vector<std::string> refusals;
    const auto kernel = backend::cpu().select({attributes, inputs, {inputs[0]}, 1}, &refusals);
    CHECK(refusals.size() == 1);
    return kernel->name();
  };
  graph::BatchNorm op;
  op.axis = 1;
  CHECK(kernel_for(op, {{{2, 3, 4, 5}}, {{3}}, {{3}}, {{3}}, {{3}}}) == "reference");
  op.axis = 3;
  CHECK(kernel_for(op, {{{2, 3, 4, 5}}, {{5}}, {{5}}, {{5}}, {{5}}, {{2, 3, 4}}}) == "reference");
  op.renorm = graph::Renorm{};
  CHECK(kernel_for(op, {{{2, 3, 4, 5}}, {{5}}, {{5}}, {{5}}, {{5}}}) == "reference");
}

}  // namespace
}  // namespace sumi::testing
