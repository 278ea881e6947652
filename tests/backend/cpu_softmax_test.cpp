// Softmax over the last axis, with the cross entropy of its input, against the reference in double.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

// An exponential is right within 2 units in the last place of a number whose argument was rounded once (which at 80
// costs 80 units), and a sum of K of them within K roundings.
double tolerance(std::int64_t size, double largest) {
  return (4 + 2 * largest + static_cast<double>(size)) * unit_roundoff;
}

}  // namespace

TEST_CASE("softmax agrees with the reference", "[cpu][softmax]") {
  for (const Shape& shape : {Shape{250, 10}, Shape{3, 1}, Shape{7, 16}, Shape{2, 5, 33}, Shape{2000, 49}}) {
    for (const float size : {1.0F, 80.0F}) {
      INFO(to_string(shape) << ", up to " << size);
      const graph::Softmax op{{static_cast<int>(shape.size()) - 1}, false};
      const Operand x = random_operand(shape, 1, graph::Layout::plain, -size, size);
      const Operand y = output_operand(shape);
      const auto expected = run_exact(op, {x}, {y});
      std::vector<double> bounds;
      for (const double value : expected[0]) {
        // What is below e^-87.3, near the smallest normal number, becomes 0.
        bounds.push_back(value * tolerance(shape.back(), 2.0 * size) + std::exp(-87.3));
      }
      check_within(run_fast(op, {x}, {y})[0], expected[0], bounds);
    }
  }
}

TEST_CASE("softmax over the last axes, masked and as a logarithm, and its gradients agree with the reference",
          "[cpu][softmax]") {
  struct Case {
    Shape shape;
    std::vector<int> axes;
  };
  std::uint32_t seed = 1;
  for (const auto& [shape, axes] : {Case{{250, 10}, {1}}, Case{{3, 1}, {1}}, Case{{2, 5, 33}, {2}},
                                    Case{{7, 4, 9}, {1, 2}}, Case{{200, 150}, {1}}, Case{{2, 3000}, {0, 1}}}) {
    Operand mask = random_operand(shape, ++seed);
    for (float& value : mask.values) value = value < 0 ? 0.0F : 1.0F;
    const std::size_t size = axes.size() == 1 ? static_cast<std::size_t>(shape.back()) : mask.values.size() / 2;
    std::fill_n(mask.values.begin(), std::min(size, mask.values.size()), 0.0F);  // a row of which nothing counts
    for (const bool log : {false, true}) {
      for (const Operand& m : {absent, mask}) {
        INFO(to_string(shape) << ", log " << log << ", mask " << !m.values.empty());
        const graph::Softmax op{axes, log};
        const Operand x = random_operand(shape, ++seed, graph::Layout::plain, -8, 8);
        const Operand y = output_operand(shape);
        const auto actual = run_fast(op, {x, m}, {y})[0];
        const auto expected = run_exact(op, {x, m}, {y})[0];
        const double relative = tolerance(element_count(shape), 16);
        std::vector<double> bounds;
        std::vector<float> finite;
        std::vector<double> finite_expected;
        for (std::size_t i = 0; i < actual.size(); ++i) {
          if (std::isfinite(expected[i])) {
            finite.push_back(actual[i]);
            finite_expected.push_back(expected[i]);
            bounds.push_back(relative * (log ? 1.0 : std::abs(expected[i])));
          } else {
            CHECK(static_cast<double>(actual[i]) == expected[i]);
          }
        }
        check_within(finite, finite_expected, bounds);

        const graph::SoftmaxBackward backward{axes, log};
        const std::vector<Operand> inputs = {{shape, actual}, random_operand(shape, ++seed)};
        const auto gradient = run_exact(backward, inputs, {y})[0];
        // The sum is at most the row's size for the logarithm, otherwise 1.
        const double sum = log ? static_cast<double>(element_count(shape)) : 1.0;
        const auto dx = run_fast(backward, inputs, {y})[0];
        check_within(dx, gradient, std::vector<double>(gradient.size(), relative * sum));
        CHECK(run_fast(backward, inputs, {y}, 1)[0] == dx);
      }
    }
  }
}

TEST_CASE("softmax of what is no number is none", "[cpu][softmax]") {
  const float infinity = std::numeric_limits<float>::infinity();
  Operand x = random_operand({3, 20}, 1);
  x.values[5] = std::nanf("");
  x.values[25] = infinity;
  x.values[45] = -infinity;
  for (const bool log : {false, true}) {
    const auto y = run_fast(graph::Softmax{{1}, log}, {x}, {output_operand({3, 20})})[0];
    for (std::size_t i = 0; i < 20; ++i) CHECK(std::isnan(y[i]));
    CHECK(std::isnan(y[25]));
    for (std::size_t i = 40; i < 60; ++i) CHECK_FALSE(std::isnan(y[i]));
    CHECK(y[45] == (log ? -infinity : 0.0F));
  }
}

TEST_CASE("softmax over axes in the middle is the reference's", "[cpu][softmax]") {
  const graph::Attributes op = graph::Softmax{{1}, false};
  CHECK(backend::cpu().select({op, {{{2, 3, 4}}}, {{{2, 3, 4}}}, 1})->name() == "reference");
}

TEST_CASE("softmax with cross entropy, and its gradient, agree with the reference", "[cpu][softmax]") {
  for (const Shape& shape : {Shape{250, 10}, Shape{4, 1}, Shape{9, 17}, Shape{3000, 32}}) {
    INFO(to_string(shape));
    const Operand x = random_operand(shape, 1, graph::Layout::plain, -8, 8);
    Operand labels = output_operand({shape[0]});
    for (std::size_t i = 0; i < labels.values.size(); ++i) {
      labels.values[i] = static_cast<float>(i * 7 % static_cast<std::size_t>(shape[1]));
    }
    const std::vector<Operand> outputs = {output_operand(shape), output_operand({shape[0]})};
    const auto actual = run_fast(graph::SoftmaxCrossEntropy{}, {x, labels}, outputs);
    const auto expected = run_exact(graph::SoftmaxCrossEntropy{}, {x, labels}, outputs);
    const double relative = tolerance(shape[1], 16);
    check_within(actual[0], expected[0], std::vector<double>(expected[0].size(), relative));
    // The logarithm turns the sum's relative error into an absolute one; the rest are numbers up to 20.
    check_within(actual[1], expected[1], std::vector<double>(expected[1].size(), relative + 4 * 20 * unit_roundoff));

    Operand softmax = output_operand(shape);
    for (std::size_t i = 0; i < softmax.values.size(); ++i) softmax.values[i] = actual[0][i];
    const std::vector<Operand> inputs = {softmax, labels, random_operand({shape[0]}, 3)};
    const auto gradient = run_exact(graph::SoftmaxCrossEntropyBackward{}, inputs, {output_operand(shape)});
    check_within(run_fast(graph::SoftmaxCrossEntropyBackward{}, inputs, {output_operand(shape)})[0], gradient[0],
                 std::vector<double>(gradient[0].size(), 2 * unit_roundoff));
  }
}

TEST_CASE("a label that is no class gives no number", "[cpu][softmax]") {
  Operand labels = output_operand({2});
  labels.values = {1.0F, 5.0F};
  const auto outputs = run_fast(graph::SoftmaxCrossEntropy{}, {random_operand({2, 5}, 1), labels},
                                {output_operand({2, 5}), output_operand({2})});
  CHECK(std::isfinite(outputs[1][0]));
  CHECK(std::isnan(outputs[1][1]));
}

}  // namespace sumi::testing
