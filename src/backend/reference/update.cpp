// The optimizers' rules, as Keras 3 has them (keras/src/optimizers).
#include <algorithm>
#include <cmath>

#include "backend/reference/reference.hpp"

namespace sumi::backend::reference_detail {
namespace {

// Moves an average towards `now` and returns it, as it is stored.
double move(float& average, double now, double decay) {
  average = static_cast<float>(average + (now - average) * (1.0 - decay));
  return average;
}

}  // namespace

void update(const UpdateRule& rule, float* w, const float* gradient, float* const* slots, std::size_t count) {
  using Kind = UpdateRule::Kind;
  const double lr = rule.learning_rate;
  for (std::size_t i = 0; i < count; ++i) {
    const double g = gradient[i];
    double step = 0;
    switch (rule.kind) {
      case Kind::sgd:
        step = lr * g;
        break;
      case Kind::sgd_momentum:
      case Kind::sgd_nesterov: {
        float& m = slots[0][i];
        m = static_cast<float>(rule.momentum * static_cast<double>(m) - lr * g);
        step = rule.kind == Kind::sgd_nesterov ? lr * g - rule.momentum * static_cast<double>(m) : -m;
        break;
      }
      case Kind::adam:
      case Kind::adam_amsgrad:
      case Kind::nadam: {
        const double m = move(slots[0][i], g, rule.beta_1);
        double v = move(slots[1][i], g * g, rule.beta_2);
        if (rule.kind == Kind::adam_amsgrad) {
          slots[2][i] = std::max(slots[2][i], slots[1][i]);
          v = slots[2][i];
        }
        const double direction = rule.kind == Kind::nadam ? rule.mean_weight * m + rule.gradient_weight * g : m;
        step = lr * direction / (std::sqrt(v) + rule.epsilon);
        break;
      }
      case Kind::adamax: {
        const double m = move(slots[0][i], g, rule.beta_1);
        float& u = slots[1][i];
        u = static_cast<float>(std::max(rule.beta_2 * static_cast<double>(u), std::abs(g)));
        step = lr * m / (u + static_cast<double>(rule.epsilon));
        break;
      }
      case Kind::rmsprop: {
        double denominator = move(slots[0][i], g * g, rule.beta_2) + rule.epsilon;
        if (rule.centered) {
          const double mean = move(slots[rule.momentum > 0 ? 2 : 1][i], g, rule.beta_2);
          denominator -= mean * mean;
        }
        step = lr * g / std::sqrt(denominator);
        if (rule.momentum > 0) {
          float& buffer = slots[1][i];
          buffer = static_cast<float>(rule.momentum * static_cast<double>(buffer) + step);
          step = buffer;
        }
        break;
      }
      case Kind::adagrad: {
        float& sum = slots[0][i];
        sum = static_cast<float>(sum + g * g);
        step = lr * g / std::sqrt(sum + static_cast<double>(rule.epsilon));
        break;
      }
      case Kind::adadelta: {
        const double square = move(slots[0][i], g * g, rule.beta_2);
        const double descent =
            g * std::sqrt((slots[1][i] + static_cast<double>(rule.epsilon)) / (square + rule.epsilon));
        move(slots[1][i], descent * descent, rule.beta_2);
        step = lr * descent;
        break;
      }
      case Kind::lion: {
        const double m = slots[0][i], direction = rule.beta_1 * m + (1.0 - rule.beta_1) * g;
        step = direction > 0 ? lr : direction < 0 ? -lr : lr * direction;
        slots[0][i] = static_cast<float>(rule.beta_2 * m + (1.0 - rule.beta_2) * g);
        break;
      }
      case Kind::ftrl: {
        const double before = slots[0][i], weight = w[i], squares = before + g * g;
        const double size = std::pow(squares, rule.power), change = size - std::pow(before, rule.power);
        float& z = slots[1][i];
        z = static_cast<float>(z + (g + rule.shrinkage * weight) - change / lr * weight);
        slots[0][i] = static_cast<float>(squares);
        const double limit = rule.l1;
        w[i] = static_cast<float>((std::clamp<double>(z, -limit, limit) - z) / (size / lr + rule.l2));
        break;
      }
    }
    w[i] = static_cast<float>(w[i] - step);
  }
}

}  // namespace sumi::backend::reference_detail
