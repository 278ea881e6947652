// Update rules of the reference: what Keras's optimizers gave.
#include <algorithm>
#include <cmath>

#include "backend/reference_run.hpp"
#include "support/pattern.hpp"

using namespace sumi;
using backend::UpdateRule;
using sumi::testing::check_close;
using sumi::testing::fill;

namespace {

using Kind = UpdateRule::Kind;

// Traces of Keras 3.16 (float32): weights fill((2, 3), 1) and fill((3,), 2) after five steps t = 0 ... 4 with the
// gradients fill((2, 3), 10 + t) / 2 and fill((3,), 60 + t) / 2.
struct Trace {
  UpdateRule rule;
  std::size_t slots;
  std::vector<double> weights;
  float first_slot = 0;  // its first value
};
const std::vector<Trace> traces = {
    {{.kind = Kind::sgd, .learning_rate = 0.1F},
     0,
     {-0.685, -0.13, 0.72800004, -0.53499997, 0.019999992, 0.97899997, -0.69, 0.26899999, 0.92500001}},
    {{.kind = Kind::sgd_momentum, .learning_rate = 0.1F, .momentum = 0.9F},
     1,
     {-0.44524086, -0.19157261, 0.62870568, -0.37668183, -0.1230136, 1.0446037, -0.81672537, 0.35089189, 1.0181653}},
    {{.kind = Kind::sgd_nesterov, .learning_rate = 0.1F, .momentum = 0.9F},
     1,
     {-0.38371676, -0.26641533, 0.66383511, -0.35201374, -0.23471224, 1.1091434, -0.92105281, 0.42280272, 1.0133487}},
    {{.kind = Kind::rmsprop, .learning_rate = 0.01F, .beta_2 = 0.9F, .epsilon = 1e-7F},
     1,
     {-0.71396059, -0.11649617, 0.68889087, -0.5364185, 0.023667784, 0.92648816, -0.69817704, 0.20924057, 0.93415141}},
    {{.kind = Kind::rmsprop,
      .learning_rate = 0.01F,
      .momentum = 0.9F,
      .beta_2 = 0.9F,
      .epsilon = 1e-7F,
      .centered = true},
     3,
     {-0.52332789, -0.16897216, 0.56158519, -0.3673391, -0.25451928, 0.92047077, -0.9777934, 0.20759188, 1.0717738}},
    {{.kind = Kind::adam, .learning_rate = 0.01F, .beta_1 = 0.9F, .beta_2 = 0.999F, .epsilon = 1e-7F},
     2,
     {-0.73564571, -0.056437775, 0.68199092, -0.54096514, 0.11272521, 0.90457553, -0.60644364, 0.18624359, 0.94967508}},
    {{.kind = Kind::adam_amsgrad, .learning_rate = 0.01F, .beta_1 = 0.9F, .beta_2 = 0.999F, .epsilon = 1e-7F},
     3,
     {-0.73564571, -0.056437775, 0.68199092, -0.54096514, 0.11272521, 0.90457553, -0.60644364, 0.18624359, 0.94967508}},
    {{.kind = Kind::adamax, .learning_rate = 0.01F, .beta_1 = 0.9F, .beta_2 = 0.999F, .epsilon = 1e-7F},
     2,
     {-0.74453211, -0.046758793, 0.68268651, -0.54925215, 0.12451728, 0.90205795, -0.59442025, 0.18320087, 0.94401652}},
    {{.kind = Kind::adagrad, .learning_rate = 0.1F, .epsilon = 1e-7F},
     1,
     {-0.612517, -0.22324264, 0.68485618, -0.48008865, -0.094906583, 0.97714144, -0.80325788, 0.26675135, 0.94223952},
     0.1F},
    {{.kind = Kind::adadelta, .learning_rate = 1.0F, .beta_2 = 0.95F, .epsilon = 1e-7F},
     2,
     {-0.77631283, -0.0491862, 0.70100379, -0.57784718, 0.14849713, 0.90280247, -0.57184559, 0.18307287, 0.92017067}},
    {{.kind = Kind::lion, .learning_rate = 0.01F, .beta_1 = 0.9F, .beta_2 = 0.99F},
     1,
     {-0.73, -0.07, 0.71, -0.55, 0.11, 0.93, -0.61, 0.21, 0.93}},
    {{.kind = Kind::ftrl, .learning_rate = 0.1F},
     2,
     {-0.13614503, -0.1835589, 0.20054017, -0.065908559, -0.25210211, 0.44393393, -0.24768491, 0.15681937, 0.19822051},
     0.1F},
    {{.kind = Kind::ftrl, .learning_rate = 0.05F, .power = 0.2F, .l1 = 0.05F, .l2 = 6.3F, .shrinkage = 0.02F},
     2,
     {0.0, -0.035103746, 0.030070324, 0.0, -0.054463055, 0.075192191, -0.050596774, 0.040056456, 0.015802119},
     0.4F},
};

std::vector<float> joined(int k_a, int k_b, float scale) {
  std::vector<float> values = fill<float>({2, 3}, k_a);
  const std::vector<float> b = fill<float>({3}, k_b);
  values.insert(values.end(), b.begin(), b.end());
  for (float& value : values) value *= scale;
  return values;
}

}  // namespace

TEST_CASE("the reference's update rules do what Keras's optimizers do") {
  for (const Trace& trace : traces) {
    INFO("rule " << static_cast<int>(trace.rule.kind) << (trace.rule.centered ? ", centered" : ""));
    std::vector<float> w = joined(1, 2, 1.0F);
    std::vector<std::vector<float>> slots(trace.slots, std::vector<float>(w.size(), 0.0F));
    if (!slots.empty()) std::fill(slots[0].begin(), slots[0].end(), trace.first_slot);
    std::vector<float*> slot_data;
    for (std::vector<float>& slot : slots) slot_data.push_back(slot.data());
    for (int t = 0; t < 5; ++t) {
      UpdateRule rule = trace.rule;
      if (rule.beta_1 == 0.9F && rule.kind != Kind::lion) {
        const double root = rule.kind == Kind::adamax ? 1 : std::sqrt(1 - std::pow(0.999, t + 1));
        rule.learning_rate = static_cast<float>(0.01 * root / (1 - std::pow(0.9, t + 1)));
      }
      const std::vector<float> gradient = joined(10 + t, 60 + t, 0.5F);
      backend::reference().update(rule, w.data(), gradient.data(), slot_data.data(), w.size(), 1);
    }
    check_close(w, trace.weights);
  }
}

TEST_CASE("RMSprop without momentum keeps its average gradient in the second slot") {
  std::vector<float> w = {1.0F};
  const std::vector<float> gradient = {2.0F};
  std::vector<float> velocity = {0.0F};
  std::vector<float> average = {0.0F};
  float* slots[] = {velocity.data(), average.data()};
  const UpdateRule rule{
      .kind = Kind::rmsprop, .learning_rate = 0.5F, .beta_2 = 0.5F, .epsilon = 0.0F, .centered = true};
  backend::reference().update(rule, w.data(), gradient.data(), slots, 1, 1);
  CHECK(velocity[0] == 2.0F);
  CHECK(average[0] == 1.0F);
  CHECK(w[0] == 0.0F);  // 1 - 0.5 * 2 / sqrt(2 - 1)
}
