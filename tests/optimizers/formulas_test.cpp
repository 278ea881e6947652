// Every optimizer against its formula in plain double code, and against the formula of another library or of an older
// Keras that is easily taken for it.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "optimizers/two_weights.hpp"

using namespace sumi;

namespace {

constexpr int steps = 10;
constexpr double lr = 0.05, wd = 0.1;
/// Large, so that the place at which it is added shows.
constexpr double eps = 0.01;

/// One weight and what is remembered of it.
struct Weight {
  double w, a = 0, b = 0, c = 0;
};
/// One update by the gradient g, the t-th from 1 on.
using Rule = std::function<void(Weight&, double g, int t)>;

void move(double& average, double now, double rate) { average += (now - average) * rate; }

/// m and v in a and b, as Adam has them with beta_1 0.9 and beta_2 0.99.
void moments(Weight& s, double g) {
  move(s.a, g, 0.1);
  move(s.b, g * g, 0.01);
}
double rest_1(int t) { return 1 - std::pow(0.9, t); }
double rest_2(int t) { return 1 - std::pow(0.99, t); }

/// What the rule makes of the nine weights of TwoWeights.
std::vector<double> computed(const Rule& rule, double start_of_a = 0) {
  std::vector<double> values;
  for (const auto& [shape, weight, gradient] : {std::tuple(Shape{2, 3}, 1, 10), std::tuple(Shape{3}, 2, 60)}) {
    const std::vector<float> starts = sumi::testing::fill<float>(shape, weight);
    for (std::size_t i = 0; i < starts.size(); ++i) {
      Weight s{starts[i], start_of_a};
      for (int t = 0; t < steps; ++t) {
        rule(s, 0.5 * double{sumi::testing::fill<float>(shape, gradient + t)[i]}, t + 1);
      }
      values.push_back(s.w);
    }
  }
  return values;
}

double distance(const std::vector<float>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(double{a[i]} - b[i]));
  return largest;
}

/// Weights of about 1 take ten steps of some twenty roundings each, those of a step by numbers below 1.
constexpr double rounding = steps * 20 * std::numeric_limits<float>::epsilon() / 2;

void check(const char* what, const Optimizer& optimizer, const Rule& right, const Rule& wrong, double start_of_a = 0) {
  INFO(what);
  const std::vector<float> values = sumi::testing::TwoWeights().train(optimizer, steps);
  CHECK(distance(values, computed(right, start_of_a)) <= rounding);
  CHECK(distance(values, computed(wrong, start_of_a)) >= 10 * rounding);
}

}  // namespace

TEST_CASE("Adam adds epsilon to the root of v without bias correction") {
  const Adam adam{.learning_rate = lr, .beta_2 = 0.99, .epsilon = eps};
  const Rule right = [](Weight& s, double g, int t) {
    moments(s, g);
    s.w -= lr * std::sqrt(rest_2(t)) / rest_1(t) * s.a / (std::sqrt(s.b) + eps);
  };
  check("PyTorch's place of epsilon", adam, right, [](Weight& s, double g, int t) {
    moments(s, g);
    s.w -= lr / rest_1(t) * s.a / (std::sqrt(s.b / rest_2(t)) + eps);
  });
  check("epsilon inside the root", adam, right, [](Weight& s, double g, int t) {
    moments(s, g);
    s.w -= lr * std::sqrt(rest_2(t)) / rest_1(t) * s.a / std::sqrt(s.b + eps);
  });
}

TEST_CASE("amsgrad takes the largest v before bias correction") {
  check(
      "the largest corrected v", Adam{.learning_rate = lr, .beta_2 = 0.99, .epsilon = eps, .amsgrad = true},
      [](Weight& s, double g, int t) {
        moments(s, g);
        s.c = std::max(s.c, s.b);
        s.w -= lr * std::sqrt(rest_2(t)) / rest_1(t) * s.a / (std::sqrt(s.c) + eps);
      },
      [](Weight& s, double g, int t) {
        moments(s, g);
        s.c = std::max(s.c, s.b / rest_2(t));
        s.w -= lr / rest_1(t) * s.a / (std::sqrt(s.c) + eps);
      });
}

TEST_CASE("AdamW's decay is taken off before the step, by the learning rate times the decay") {
  const auto step = [](Weight& s, double g, int t) {
    moments(s, g);
    s.w -= lr * std::sqrt(rest_2(t)) / rest_1(t) * s.a / (std::sqrt(s.b) + eps);
  };
  const AdamW adamw{.learning_rate = lr, .weight_decay = wd, .beta_2 = 0.99, .epsilon = eps};
  const Rule right = [&](Weight& s, double g, int t) {
    s.w -= s.w * wd * lr;
    step(s, g, t);
  };
  check("decay in the gradient", adamw, right, [&](Weight& s, double g, int t) { step(s, g + wd * s.w, t); });
  check("decay without the learning rate", adamw, right, [&](Weight& s, double g, int t) {
    s.w -= s.w * wd;
    step(s, g, t);
  });
}

TEST_CASE("Nadam corrects v and warms its momentum up") {
  const Nadam nadam{.learning_rate = lr, .beta_2 = 0.99, .epsilon = eps};
  const auto u = [](int t) { return 0.9 * (1 - 0.5 * std::pow(0.96, t)); };
  // The product of all u is in c, less 1.
  const Rule right = [&](Weight& s, double g, int t) {
    moments(s, g);
    s.c = (1 + s.c) * u(t) - 1;
    const double product = 1 + s.c;
    const double n = u(t + 1) * s.a / (1 - product * u(t + 1)) + (1 - u(t)) * g / (1 - product);
    s.w -= lr * n / (std::sqrt(s.b / rest_2(t)) + eps);
  };
  check("Adam's place of epsilon", nadam, right, [&](Weight& s, double g, int t) {
    moments(s, g);
    s.c = (1 + s.c) * u(t) - 1;
    const double product = 1 + s.c;
    const double n = u(t + 1) * s.a / (1 - product * u(t + 1)) + (1 - u(t)) * g / (1 - product);
    s.w -= lr * std::sqrt(rest_2(t)) * n / (std::sqrt(s.b) + eps);
  });
  check("one momentum for all steps", nadam, right, [](Weight& s, double g, int t) {
    moments(s, g);
    const double n = 0.9 * s.a / rest_1(t + 1) + 0.1 * g / rest_1(t);
    s.w -= lr * n / (std::sqrt(s.b / rest_2(t)) + eps);
  });
}

TEST_CASE("Adamax adds epsilon to the largest gradient, not to what it is compared with") {
  check(
      "PyTorch's place of epsilon", Adamax{.learning_rate = lr, .beta_2 = 0.9, .epsilon = eps},
      [](Weight& s, double g, int t) {
        move(s.a, g, 0.1);
        s.b = std::max(0.9 * s.b, std::abs(g));
        s.w -= lr / rest_1(t) * s.a / (s.b + eps);
      },
      [](Weight& s, double g, int t) {
        move(s.a, g, 0.1);
        s.b = std::max(0.9 * s.b, std::abs(g) + eps);
        s.w -= lr / rest_1(t) * s.a / s.b;
      });
}

TEST_CASE("SGD's learning rate is inside the momentum, so that a schedule does not change what has been added") {
  const ExponentialDecay decay{.initial_learning_rate = lr, .decay_steps = 1, .decay_rate = 0.5};
  const auto rate = [](int t) { return lr * std::pow(0.5, t - 1); };
  check(
      "PyTorch's momentum", SGD{.learning_rate = decay, .momentum = 0.9},
      [&](Weight& s, double g, int t) {
        s.a = 0.9 * s.a - rate(t) * g;
        s.w += s.a;
      },
      [&](Weight& s, double g, int t) {
        s.a = 0.9 * s.a + g;
        s.w -= rate(t) * s.a;
      });
  check(
      "plain momentum where nesterov is asked for", SGD{.learning_rate = lr, .momentum = 0.9, .nesterov = true},
      [](Weight& s, double g, int) {
        s.a = 0.9 * s.a - lr * g;
        s.w += 0.9 * s.a - lr * g;
      },
      [](Weight& s, double g, int) {
        s.a = 0.9 * s.a - lr * g;
        s.w += s.a;
      });
}

TEST_CASE("RMSprop, Adagrad and Adadelta have epsilon inside the root") {
  check(
      "RMSprop with epsilon outside", RMSprop{.learning_rate = lr, .epsilon = eps},
      [](Weight& s, double g, int) {
        move(s.a, g * g, 0.1);
        s.w -= lr * g / std::sqrt(s.a + eps);
      },
      [](Weight& s, double g, int) {
        move(s.a, g * g, 0.1);
        s.w -= lr * g / (std::sqrt(s.a) + eps);
      });
  check(
      "centered RMSprop with the momentum outside of the learning rate's reach",
      RMSprop{.learning_rate = lr, .momentum = 0.5, .epsilon = eps, .centered = true},
      [](Weight& s, double g, int) {
        move(s.a, g * g, 0.1);
        move(s.b, g, 0.1);
        s.c = 0.5 * s.c + lr * g / std::sqrt(s.a - s.b * s.b + eps);
        s.w -= s.c;
      },
      [](Weight& s, double g, int) {
        move(s.a, g * g, 0.1);
        move(s.b, g, 0.1);
        s.c = 0.5 * s.c + lr * g / (std::sqrt(s.a - s.b * s.b) + eps);
        s.w -= s.c;
      });
  check(
      "Adagrad with epsilon outside", Adagrad{.learning_rate = lr, .initial_accumulator_value = 0.1, .epsilon = eps},
      [](Weight& s, double g, int) {
        s.a += g * g;
        s.w -= lr * g / std::sqrt(s.a + eps);
      },
      [](Weight& s, double g, int) {
        s.a += g * g;
        s.w -= lr * g / (std::sqrt(s.a) + eps);
      },
      static_cast<double>(0.1F));
  check(
      "Adadelta whose step knows itself", Adadelta{.learning_rate = 1.0, .rho = 0.9, .epsilon = 1e-3},
      [](Weight& s, double g, int) {
        move(s.a, g * g, 0.1);
        const double step = g * std::sqrt(s.b + 1e-3) / std::sqrt(s.a + 1e-3);
        move(s.b, step * step, 0.1);
        s.w -= step;
      },
      [](Weight& s, double g, int) {
        move(s.a, g * g, 0.1);
        const double step = g * std::sqrt(s.b + 1e-3) / std::sqrt(s.a + 1e-3);
        move(s.b, step * step, 0.1);
        s.w -= g * std::sqrt(s.b + 1e-3) / std::sqrt(s.a + 1e-3);
      });
}

TEST_CASE("Lion looks at the momentum before it moves, and stands still at zero") {
  const auto sign = [](double x) { return static_cast<double>((x > 0) - (x < 0)); };
  check(
      "the sign of the moved momentum", Lion{.learning_rate = lr, .beta_1 = 0.5, .beta_2 = 0.75},
      [&](Weight& s, double g, int) {
        s.w -= lr * sign(0.5 * s.a + 0.5 * g);
        s.a = 0.75 * s.a + 0.25 * g;
      },
      [&](Weight& s, double g, int) {
        s.a = 0.75 * s.a + 0.25 * g;
        s.w -= lr * sign(s.a);
      });
  const state::ParameterTable table({sumi::testing::parameter("a", "b", {33})});
  state::Arena weights(table.floats()), gradients(table.floats());
  std::fill_n(weights.data(), 33, 2.0F);
  gradients.data()[0] = std::nanf("");
  gradients.data()[1] = -0.0F;
  optimizers::OptimizerState(Lion{}, table).apply(weights, gradients, {true});
  CHECK(std::isnan(weights.data()[0]));
  CHECK(std::all_of(weights.data() + 1, weights.data() + 33, [](float w) { return w == 2.0F; }));
}

TEST_CASE("Ftrl's shrinkage is in its linear sum, not among its squares") {
  const Ftrl ftrl{.learning_rate = lr,
                  .l1_regularization_strength = 0.05,
                  .l2_regularization_strength = 0.15,
                  .l2_shrinkage_regularization_strength = 0.1,
                  .beta = 0.3};
  const auto step = [](Weight& s, double g, double squared) {
    const double sum = s.a + squared * squared;
    s.b += g + 2 * 0.1 * s.w - (std::sqrt(sum) - std::sqrt(s.a)) / lr * s.w;
    s.a = sum;
    s.w = (std::clamp(s.b, -0.05, 0.05) - s.b) / ((std::sqrt(sum) + 0.3) / lr + 2 * 0.15);
  };
  check(
      "squares of the shrunken gradient", ftrl, [&](Weight& s, double g, int) { step(s, g, g); },
      [&](Weight& s, double g, int) { step(s, g, g + 2 * 0.1 * s.w); }, static_cast<double>(0.1F));
}
