// Losses of pairs against the reference in double.
#include <limits>

#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

const std::vector<graph::PointwiseLoss> losses = {
    {PointwiseLossKind::squared_error, {}},
    {PointwiseLossKind::absolute_error, {}},
    {PointwiseLossKind::huber, {.delta = 0.7}},
    {PointwiseLossKind::binary_cross_entropy, {.from_logits = true}},
};

}  // namespace

TEST_CASE("losses of pairs and their gradients agree with the reference", "[cpu][loss]") {
  for (const graph::PointwiseLoss& loss : losses) {
    for (const Shape& shape : {Shape{250, 1}, Shape{7, 3}, Shape{2, 3, 17}, Shape{5, 784}, Shape{1, 5000}}) {
      INFO("kind " << static_cast<int>(loss.kind) << ", " << to_string(shape));
      constexpr double largest = 4;
      const Operand predicted = random_operand(shape, 1, graph::Layout::plain, -largest, largest);
      const Operand truth = random_operand(shape, 2, graph::Layout::plain, 0, 1);
      const Operand values = output_operand({shape.begin(), shape.end() - 1});
      const auto expected = run_exact(loss, {predicted, truth}, {values});
      // Terms are numbers up to (4 + 1)^2, right within some ten roundings, of which 64 are added up lane by lane,
      // then at most 16 lanes.
      const double bound = (10 + 64 + 16) * 25 * unit_roundoff;
      check_within(run_fast(loss, {predicted, truth}, {values})[0], expected[0],
                   std::vector<double>(expected[0].size(), bound));

      Operand dvalues = random_operand(values.shape, 3);
      const graph::PointwiseLossBackward backward{loss};
      const auto gradient = run_exact(backward, {predicted, truth, dvalues}, {output_operand(shape)});
      // Slopes are numbers up to 10, within some ten roundings.
      check_within(run_fast(backward, {predicted, truth, dvalues}, {output_operand(shape)})[0], gradient[0],
                   std::vector<double>(gradient[0].size(), 10 * 10 * unit_roundoff));
    }
  }
}

TEST_CASE("binary cross-entropy of large logits is finite, that of NaN is none", "[cpu][loss]") {
  const graph::PointwiseLoss& loss = losses.back();
  Operand predicted = output_operand({5, 1}), truth = output_operand({5, 1});
  predicted.values = {1000, -1000, 90, -90, std::numeric_limits<float>::quiet_NaN()};
  truth.values = {0, 1, 1, 0, 1};
  const std::vector<float> values = run_fast(loss, {predicted, truth}, {output_operand({5})})[0];
  CHECK(values[0] == 1000.0F);
  CHECK(values[1] == 1000.0F);
  CHECK(values[2] == 0.0F);
  CHECK(values[3] == 0.0F);
  CHECK(std::isnan(values[4]));
  Operand ones = output_operand({5});
  ones.values.assign(5, 1.0F);
  const graph::PointwiseLossBackward backward{loss};
  const std::vector<float> slopes = run_fast(backward, {predicted, truth, ones}, {output_operand({5, 1})})[0];
  CHECK(slopes[0] == 1.0F);
  CHECK(slopes[1] == -1.0F);
  CHECK(slopes[2] == 0.0F);
  CHECK(slopes[3] == 0.0F);
}

}  // namespace sumi::testing
