// Pooling of the reference: what Keras gave, and ties.
#include <limits>

#include "backend/reference_run.hpp"
#include "support/pattern.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::testing::check_close;
using sumi::testing::fill;
using sumi::testing::run_op;

using Input = sumi::testing::Array<float>;

namespace {

// Traces of Keras 3.16 (torch backend, float32) on x = fill(1), dy = fill(2).
struct Trace {
  bool largest;
  Shape x, y;
  Window window;
  std::vector<double> values, dx;
};
const std::vector<Trace> traces = {
    {true,
     {1, 5, 5, 1},
     {1, 2, 2, 1},
     {.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2},
     {0.89999998, 0.69999999, 0.95999998, 0.75999999},
     {0, 0, 0.18000001, 0, 0, -0.56, 0, 0, 0, 0, 0, 0, 0, -0.36000001, 0, 0, 0.92000002, 0, 0, 0, 0, 0, 0, 0, 0}},
    {true,
     {1, 5, 5, 1},
     {1, 3, 3, 1},
     {.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2, .pad_bottom = 1, .pad_right = 1},
     {0.89999998, 0.69999999, 0.16, 0.95999998, 0.75999999, -0.51999998, 0.62, 0.079999998, 0.81999999},
     {0,    0,           0.18000001, 0,           0.92000002, -0.56, 0, 0, 0,     0, 0,          0,          0,
      0.38, -0.89999998, 0,          -0.36000001, 0,          0,     0, 0, -0.16, 0, 0.57999998, -0.69999999}},
    {true,
     {1, 4, 5, 2},
     {1, 4, 3, 2},
     {.kernel_h = 2, .kernel_w = 3, .stride_h = 1, .stride_w = 2, .pad_left = 1, .pad_bottom = 1, .pad_right = 1},
     {0.69999999, 0.75999999, 0.95999998, 0.89999998,   0.95999998, 0.36000001, 0.56,        0.75999999,
      0.95999998, 0.75999999, 0.95999998, 0.47999999,   0.68000001, 0.62,       0.81999999,  0.88,
      0.28,       0.47999999, 0.68000001, -0.059999999, 0.68000001, 0.88,       -0.40000001, 0.34},
     {0,     0,           -0.56,      0,          0,           -0.36000001, 0,           -0.89999998, 0, 0,
      -0.16, 0,           0,          0.80000001, 0,           0,           1.3799999,   0,           0, 0,
      0,     0.98000002,  0,          0,          -0.30000001, 0,           -0.83999997, 0,           0, -0.60000002,
      0,     -0.63999999, 0.98000002, 0,          0,           1.28,        -0.44,       0.30000001,  0, 0}},
    {true,
     {1, 4, 4, 1},
     {1, 2, 2, 1},
     {.kernel_h = 3, .kernel_w = 3},
     {0.89999998, 0.89999998, 0.89999998, 0.89999998},
     {0, 0, 0, 0, 0, 0.18000001, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
    {false,
     {1, 5, 5, 1},
     {1, 3, 3, 1},
     {.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2, .pad_bottom = 1, .pad_right = 1},
     {-0.075000003, -0.11, -0.010000005, 0.255, 0.22, -0.69, 0.25, -0.29000002, 0.81999999},
     {-0.14,        -0.14,        0.045000002,  0.045000002,  0.46000001,   -0.14,       -0.14,
      0.045000002,  0.045000002,  0.46000001,   -0.090000004, -0.090000004, 0.094999999, 0.094999999,
      -0.44999999,  -0.090000004, -0.090000004, 0.094999999,  0.094999999,  -0.44999999, -0.079999998,
      -0.079999998, 0.28999999,   0.28999999,   -0.69999999}},
    {false,
     {1, 4, 5, 2},
     {1, 4, 3, 2},
     {.kernel_h = 2, .kernel_w = 3, .stride_h = 1, .stride_w = 2, .pad_left = 1, .pad_bottom = 1, .pad_right = 1},
     {0.125,       -0.145,       0.15666667,   0.22333336,  0.020000003, -0.25,        -0.050000012, 0.18499999,
      0.14999999,  -0.12,        0.34999999,   -0.42499998, -0.22500001, 0.0099999905, 0.14333333,   -0.12666667,
      -0.32999995, -0.094999999, -0.060000002, -0.33000001, 0.14,        0.20666666,   -0.67000002,  0.07},
     {-0.14,       0.045000002, 0.013333336,  -0.015000001, 0.15333334,   -0.060000002, 0.24833333,  -0.28499997,
      0.094999999, -0.22499998, -0.18000001,  0.19,         -0.14333333,  0.13666666,   0.036666669, -0.053333335,
      0.32666665,  -0.40333331, 0.28999999,   -0.34999996,  0.02,         0.38999999,   -0.14666666, 0.46999997,
      -0.16666667, 0.079999998, -0.18166666,  -0.07,        -0.014999986, -0.15000001,  0.38,        -0.074999988,
      0.36333331,  0.27833334,  -0.016666666, 0.35333332,   -0.44666666,  0.47833332,   -0.42999995, 0.125}},
    {false,
     {1, 4, 4, 1},
     {1, 2, 2, 1},
     {.kernel_h = 3, .kernel_w = 3},
     {0.0022222134, 0.068888873, 0.044444434, 0.11111111},
     {-0.062222224, -0.042222224, -0.042222224, 0.020000001, 0.040000003, 0.02, 0.02, -0.020000001, 0.040000003, 0.02,
      0.02, -0.020000001, 0.10222223, 0.062222224, 0.062222224, -0.040000003}},
};

}  // namespace

TEST_CASE("reference pooling does what Keras does") {
  for (const Trace& trace : traces) {
    INFO((trace.largest ? "max " : "mean ") << trace.window.kernel_h << " x " << trace.window.kernel_w);
    const Input x = {trace.x, fill<float>(trace.x, 1)};
    const Input dy = {trace.y, fill<float>(trace.y, 2)};
    if (trace.largest) {
      check_close(run_op<float>(MaxPool2d{trace.window}, {x}, {trace.y})[0], trace.values);
      check_close(run_op<float>(MaxPool2dBackward{trace.window}, {x, dy}, {trace.x})[0], trace.dx);
    } else {
      check_close(run_op<float>(AvgPool2d{trace.window}, {x}, {trace.y})[0], trace.values);
      check_close(run_op<float>(AvgPool2dBackward{trace.window}, {dy}, {trace.x})[0], trace.dx);
    }
  }
}

TEST_CASE("the gradient of a tie goes to the first element in row-major order") {
  const Window two{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
  const auto first_of = [&](const std::vector<float>& x) {
    return run_op<float>(MaxPool2dBackward{two}, {{{1, 2, 2, 1}, x}, {{1, 1, 1, 1}, {1}}}, {{1, 2, 2, 1}})[0];
  };
  check_close(first_of({3, 3, 3, 3}), {1, 0, 0, 0}, 0);
  check_close(first_of({0, 3, 3, 0}), {0, 1, 0, 0}, 0);
  const float lowest = -std::numeric_limits<float>::infinity();
  check_close(first_of({lowest, lowest, lowest, lowest}), {1, 0, 0, 0}, 0);
}

TEST_CASE("padding never wins against negative values") {
  const Window padded{.kernel_h = 2, .kernel_w = 2, .pad_top = 1, .pad_left = 1};
  const auto y = run_op<float>(MaxPool2d{padded}, {{{1, 2, 2, 1}, {-1, -2, -3, -4}}}, {{1, 2, 2, 1}});
  check_close(y[0], {-1, -1, -1, -1}, 0);
}
