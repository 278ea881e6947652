// Batch normalisation of the reference: what Keras gave, masks, renormalisation, and large means.
#include <cmath>

#include "backend/reference_run.hpp"
#include "support/pattern.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::testing::check_close;
using sumi::testing::fill;
using sumi::testing::run_op;

using Input = sumi::testing::Array<float>;

namespace {

// Traces of Keras 3.16 (torch backend, float32) on the pattern x = fill(shape, 1), dy = fill(shape, 2),
// gamma = 1 + fill(3) / 2, beta = fill(5), moving mean 0 and variance 1.
struct Trace {
  Shape shape;
  int axis;
  double momentum, epsilon;
  std::vector<double> y, dx, dgamma, dbeta, moving_mean, moving_variance, y_inference;
};
const std::vector<Trace> traces = {
    {{4, 3},
     1,
     0.99,
     0.001,
     {-1.0025904, -0.7541067, 0.046800435, -0.26753023, 0.30863106, 0.1839273, 0.46752998, 1.371369, -1.0639272,
      1.2025902, 2.4341068, -0.92680037},
     {-0.021619439, -0.031257033, 0.68232077, -0.00720644, -0.010419011, -0.60799152, 0.0072066784, 0.010418653,
      -0.084499195, 0.021619797, 0.031256557, 0.010169923},
     {0.88561493, 0.88561493, 1.0115556},
     {-1.0400001, 1.92, -1.1799999},
     {-0.0047999993, 0.0025999998, -0.00010000035},
     {0.99050003, 0.99050003, 0.99666101},
     {-0.54616797, 0.7886613, -0.047484726, -0.37945798, 1.0296879, 0.064646482, -0.21274799, 1.2707144, -0.95574749,
      -0.046037994, 1.5117409, -0.84361625}},
    {{2, 3, 2, 2},
     1,
     0.99,
     0.001,
     {-1.0560384, 0.080796704, 1.2176317,  -0.74878561, 0.85002542,  2.3337913,  -0.23272258, 1.2510433,
      -1.2199777, -0.45295644, 0.31406486, -1.0126747,  0.17297253,  1.3098075,  -0.65660977, 0.48022524,
      2.4540966,  -0.11241722, 1.3713486,  -1.1951654,  -0.39076552, 0.37625575, -0.95048374, -0.18346247},
     {-0.0039604008, -6.5773726e-05, 0.0038287938,  -0.0029078424, 1.0235527,     -1.4012853,
      -0.16258056,   1.4628613,      -0.0026720464, -4.440546e-05, 0.0025832355,  -0.0019618571,
      0.00024998188, 0.0041445792,   -0.002592057,  0.0013025701,  -1.2694927,    -0.03078796,
      1.594654,      -1.2169212,     0.00016865134, 0.0027962625,  -0.0017488003, 0.00087882578},
     {4.3073683, -0.4571602, 4.3073683},
     {1.54, -1.04, 0.42000002},
     {-0.000275, 0.0015499998, -0.0016749999},
     {0.99290895, 0.99357176, 0.99290895},
     {-0.54915172, 0.066927373, 0.68300653,  -0.38264388, 1.0306581,   1.9210782,    0.38089222,  1.2713122,
      -0.9558354,  -0.54016751, -0.12449965, -0.84349275, 0.11687974,  0.73295891,   -0.33269152, 0.2833876,
      1.9932745,   0.45308843,  1.3435085,   -0.19667763, -0.50646472, -0.090796858, -0.8097899,  -0.39412206}},
    {{4, 3},
     1,
     0.9,
     1e-05,
     {-1.0134504, -0.76980799, 0.047162056, -0.2711502, 0.3033973, 0.18439078, 0.47114998, 1.3766028, -1.0643907,
      1.2134502, 2.4498081, -0.92716205},
     {-0.00022274256, -0.00032186508, 0.68260348, -7.4326992e-05, -0.00010716915, -0.60873044, 7.4386597e-05,
      0.00010716915, -0.084274679, 0.00022280216, 0.00032174587, 0.010401636},
     {0.89433777, 0.89433783, 1.0123069},
     {-1.0400001, 1.92, -1.1799999},
     {-0.047999997, 0.025999999, -0.0010000035},
     {0.90499997, 0.90499997, 0.96660995},
     {-0.53864932, 0.75674725, -0.04071945, -0.36415499, 1.0090282, 0.073197961, -0.18966061, 1.2613093, -0.96345055,
      -0.015166283, 1.5135902, -0.84953314}},
};

std::vector<float> to_float(const std::vector<double>& values) { return {values.begin(), values.end()}; }

Input channel_values(std::int64_t channels, float value) {
  return {{channels}, std::vector<float>(static_cast<std::size_t>(channels), value)};
}

}  // namespace

TEST_CASE("reference batch_norm does what Keras does") {
  for (const Trace& trace : traces) {
    INFO(to_string(trace.shape) << " along " << trace.axis);
    const std::int64_t channels = trace.shape[static_cast<std::size_t>(trace.axis)];
    const Shape c = {channels};
    const Input x = {trace.shape, fill<float>(trace.shape, 1)};
    const Input dy = {trace.shape, fill<float>(trace.shape, 2)};
    const Input gamma = {c, to_float(fill(c, 3, 0.5, 1.0))};
    const Input beta = {c, fill<float>(c, 5)};
    BatchNorm op{trace.axis, trace.momentum, trace.epsilon, true, std::nullopt};
    const auto out = run_op<float>(op, {x, gamma, beta, channel_values(channels, 0), channel_values(channels, 1)},
                                   {trace.shape, c, c, c, c});
    check_close(out[0], trace.y);
    check_close(out[3], trace.moving_mean);
    check_close(out[4], trace.moving_variance);

    const auto gradients = run_op<float>(BatchNormBackward{trace.axis, trace.epsilon, true},
                                         {x, gamma, {c, out[1]}, {c, out[2]}, dy}, {trace.shape, c, c});
    check_close(gradients[0], trace.dx);
    check_close(gradients[1], trace.dgamma);
    check_close(gradients[2], trace.dbeta);

    op.training = false;
    const auto inference = run_op<float>(op, {x, gamma, beta, {c, out[3]}, {c, out[4]}}, {trace.shape});
    check_close(inference[0], trace.y_inference);
  }
}

TEST_CASE("the variance of large values is exact where E[x^2] - E[x]^2 would lose it") {
  // 1000 - 1, 1000 + 1 in turns: mean 1000 and deviation 1. Halves of float32 at 10^6 are 0.03.
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i % 2 == 0 ? 999.0F : 1001.0F);
  const auto out = run_op<float>(BatchNorm{1, 0.0, 0.0, true, std::nullopt},
                                 {{{1000, 1}, values}, {}, {}, channel_values(1, 0), channel_values(1, 1)},
                                 {{1000, 1}, {1}, {1}, {1}, {1}});
  CHECK(out[3][0] == 1000.0F);
  CHECK(out[4][0] == 1.0F);
  CHECK(out[0][0] == -1.0F);
  CHECK(out[0][1] == 1.0F);
}

TEST_CASE("masked elements don't count in the moments") {
  // Keras: BatchNormalizationTest.test_bachnorm_ignore_masked_values, ten equal samples.
  std::vector<float> values;
  std::vector<float> mask;
  for (int sample = 0; sample < 10; ++sample) {
    values.insert(values.end(), {1, 5, 2, 5, 0, 0, 0, 0});
    mask.insert(mask.end(), {1, 1, 0, 0});
  }
  const auto out =
      run_op<float>(BatchNorm{2, 0.0, 1e-3, true, std::nullopt},
                    {{{10, 4, 2}, values}, {}, {}, channel_values(2, 0), channel_values(2, 1), {{10, 4}, mask}},
                    {{10, 4, 2}, {2}, {2}, {2}, {2}});
  check_close(out[3], {1.5, 5.0});
  check_close(out[4], {0.25, 0.0});
  // What is masked is normalised all the same.
  check_close(std::vector<float>{out[0][4]}, {-1.5 / std::sqrt(0.251)});
}

TEST_CASE("a batch that is masked altogether gives zeros") {
  const auto out = run_op<float>(BatchNorm{1, 0.99, 1e-3, true, std::nullopt},
                                 {{{4, 5}, std::vector<float>(20, 0.0F)},
                                  {},
                                  {},
                                  channel_values(5, 0),
                                  channel_values(5, 1),
                                  {{4}, std::vector<float>(4, 0.0F)}},
                                 {{4, 5}, {5}, {5}, {5}, {5}});
  check_close(out[0], std::vector<double>(20, 0.0));
  check_close(out[3], std::vector<double>(5, 0.0));
}

TEST_CASE("renormalisation follows Keras's formulas") {
  // One channel of 1, 3: mean 2, variance 1.
  const double deviation = std::sqrt(1.0 + 1e-3);
  const auto run = [](const Renorm& limits) {
    return run_op<double>(
        BatchNorm{1, 0.9, 1e-3, true, limits},
        {{{2, 1}, {1, 3}}, {}, {}, {{1}, {0.5}}, {{1}, {4}}, {}, {{1}, {2}}, {{1}, {1.5}}, {{1}, {0.8}}},
        {{2, 1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}});
  };
  const auto free = run(Renorm{0.7, std::nullopt, std::nullopt, std::nullopt});
  const double r = deviation / 0.8;
  const double d = (2.0 - 1.5) / 0.8;
  check_close(free[0], {-1.0 / deviation * r + d, 1.0 / deviation * r + d}, 1e-14);
  const double moving_stddev = 2 * 0.9 + deviation * 0.1;
  check_close(free[3], {0.5 * 0.9 + 2 * 0.1}, 1e-14);
  check_close(free[4], {moving_stddev * moving_stddev - 1e-3}, 1e-14);
  check_close(free[5], {moving_stddev}, 1e-14);
  check_close(free[6], {1.5 * 0.7 + 2 * 0.3}, 1e-14);
  check_close(free[7], {0.8 * 0.7 + deviation * 0.3}, 1e-14);
  check_close(free[8], {r}, 1e-14);
  check_close(free[9], {d}, 1e-14);

  const auto clipped = run(Renorm{0.7, 0.5, 1.1, 0.2});
  check_close(clipped[8], {1.1}, 1e-14);
  check_close(clipped[9], {0.2}, 1e-14);
  CHECK(run(Renorm{0.7, 2.0, 3.0, 0.2})[8][0] == 2.0);
}
