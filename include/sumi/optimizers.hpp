// How weights learn from gradients. Formulas, defaults and order of events: Keras 3, keras/src/optimizers.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sumi/schedules.hpp"
#include "sumi/spec.hpp"

namespace sumi {

/// The arguments that every optimizer has.
struct OptimizerArguments {
  LearningRate learning_rate = 0.001;
  std::optional<double> weight_decay = {};
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = {};
};

/// One array of optimizer state of the size of the weights.
struct OptimizerSlot {
  /// Keras's name: `momentum`, `velocity`, ...
  std::string name;
  float initial_value = 0.0F;
  /// Slots of one group are saved interleaved (m of the first weight, v of the first, m of the second ...), groups one
  /// after the other.
  int group = 0;
};

/// One update of a flat range of weights, element-wise.
struct UpdateRange {
  std::int64_t iteration;  ///< Updates made before this one: 0 at the first.
  double learning_rate;
  std::span<float> weights;  ///< To be changed in place.
  std::span<const float> gradients;
  std::span<float* const> slots;  ///< One pointer for each of `slots(T)`, each to weights.size() floats.
};

namespace detail {
class OptimizerInterface : public SpecInterface {
 public:
  virtual std::shared_ptr<OptimizerInterface> clone() const = 0;
  virtual OptimizerArguments arguments() const = 0;
  virtual std::vector<OptimizerSlot> slots() const = 0;
  virtual void apply(const UpdateRange& range) const = 0;
  virtual void set_name(std::string name) = 0;
  virtual void set_learning_rate(double rate) = 0;
};
}  // namespace detail

/// An aggregate T with `T::class_name`, `fields(T&, Fields&)`, `arguments(const T&) -> OptimizerArguments`,
/// `slots(const T&) -> std::vector<OptimizerSlot>` and `update(const T&, const UpdateRange&)`. Clipping, weight decay,
/// moving averages, accumulation and constraints are done around it.
template <class T>
concept OptimizerSpec = requires(T value, const T constant, Fields& f, const UpdateRange& range) {
  T::class_name;
  fields(value, f);
  { arguments(constant) } -> std::convertible_to<OptimizerArguments>;
  { slots(constant) } -> std::convertible_to<std::vector<OptimizerSlot>>;
  update(constant, range);
};

/// Any optimizer: an object (`Adam{.learning_rate = 1e-4}`), or a string ("adam", "sgd", "rmsprop").
class Optimizer : public Spec<Optimizer, detail::OptimizerInterface> {
 public:
  static constexpr const char* spec_kind = "optimizers";
  Optimizer(const char* identifier) : Optimizer(from_identifier(identifier)) {}  // NOLINT(google-explicit-constructor)
  template <OptimizerSpec T>
  Optimizer(T value) : Spec(std::make_shared<Model<T>>(std::move(value))) {  // NOLINT(google-explicit-constructor)
    check();
  }
  /// Case-insensitive class name. Throws ArgumentError that lists the known ones.
  static Optimizer from_identifier(std::string_view identifier);
  /// Whether sumi itself has a class of that name.
  static bool is_built_in(std::string_view class_name);
  /// Gives it Keras's automatic name (`adam`, then `adam_1`, ...) where it has none.
  void ensure_name();
  /// Where the learning rate is a number.
  void set_learning_rate(double rate);

 private:
  /// Throws ArgumentError: more than one kind of clipping, accumulation below 2, an ema_momentum outside [0, 1] ...
  static void check_arguments(const OptimizerArguments& arguments);

  template <class T>
  class Model final : public SpecModel<detail::OptimizerInterface, T> {
   public:
    using SpecModel<detail::OptimizerInterface, T>::SpecModel;
    std::shared_ptr<detail::OptimizerInterface> clone() const override { return std::make_shared<Model>(this->value_); }
    OptimizerArguments arguments() const override { return arguments_of(this->value_); }
    std::vector<OptimizerSlot> slots() const override { return slots_of(this->value_); }
    void apply(const UpdateRange& range) const override { update(this->value_, range); }
    void set_name(std::string name) override {
      if constexpr (requires { this->value_.name = std::move(name); }) this->value_.name = std::move(name);
    }
    void set_learning_rate(double rate) override {
      if constexpr (requires { this->value_.learning_rate.set_rate(rate); }) this->value_.learning_rate.set_rate(rate);
    }
    void check() const override {
      check_arguments(arguments());
      SpecModel<detail::OptimizerInterface, T>::check();
    }
  };
  template <class T>
  static OptimizerArguments arguments_of(const T& value) {
    return arguments(value);
  }
  template <class T>
  static std::vector<OptimizerSlot> slots_of(const T& value) {
    return slots(value);
  }
};

/// m += (g - m)(1 - beta_1), v += (g^2 - v)(1 - beta_2), w -= a m / (sqrt(v) + epsilon) with
/// a = learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t). amsgrad: the largest v so far in place of v.
struct Adam {
  static constexpr const char* class_name = "Adam";
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  /// Added to the root of v without bias correction ("epsilon hat").
  double epsilon = 1e-7;
  bool amsgrad = false;
  /// Before each update weights become w - w * weight_decay * learning rate: all trainable ones, biases too.
  std::optional<double> weight_decay = {};
  /// Largest L2 norm of one weight's gradient.
  std::optional<double> clipnorm = {};
  /// Largest magnitude of an element of a gradient.
  std::optional<double> clipvalue = {};
  /// Largest L2 norm of all gradients together.
  std::optional<double> global_clipnorm = {};
  /// Keeps moving averages of the weights; they replace the weights at the end of fit.
  bool use_ema = false;
  double ema_momentum = 0.99;
  /// Every how many updates the averages replace the weights.
  std::optional<int> ema_overwrite_frequency = {};
  /// The loss is multiplied by it and gradients are divided by it.
  std::optional<double> loss_scale_factor = {};
  /// Updates once in so many steps, by their mean gradient. At least 2.
  std::optional<int> gradient_accumulation_steps = {};
  /// Default: made when the model is compiled.
  std::string name = {};
};
/// w -= learning_rate g. momentum > 0: m = momentum m - learning_rate g, w += m, or, where nesterov,
/// w += momentum m - learning_rate g.
struct SGD {
  static constexpr const char* class_name = "SGD";
  LearningRate learning_rate = 0.01;
  /// In [0, 1].
  double momentum = 0.0;
  bool nesterov = false;
  /// Before each update weights become w - w * weight_decay * learning rate: all trainable ones, biases too.
  std::optional<double> weight_decay = {};
  /// Largest L2 norm of one weight's gradient.
  std::optional<double> clipnorm = {};
  /// Largest magnitude of an element of a gradient.
  std::optional<double> clipvalue = {};
  /// Largest L2 norm of all gradients together.
  std::optional<double> global_clipnorm = {};
  /// Keeps moving averages of the weights; they replace the weights at the end of fit.
  bool use_ema = false;
  double ema_momentum = 0.99;
  /// Every how many updates the averages replace the weights.
  std::optional<int> ema_overwrite_frequency = {};
  /// The loss is multiplied by it and gradients are divided by it.
  std::optional<double> loss_scale_factor = {};
  /// Updates once in so many steps, by their mean gradient. At least 2.
  std::optional<int> gradient_accumulation_steps = {};
  /// Default: made when the model is compiled.
  std::string name = {};
};
/// v = rho v + (1 - rho) g^2, i = learning_rate g / sqrt(v + epsilon), w -= i. momentum > 0: b = momentum b + i,
/// w -= b. centered: v less the square of the gradient's moving average under the root.
struct RMSprop {
  static constexpr const char* class_name = "RMSprop";
  LearningRate learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0.0;
  double epsilon = 1e-7;
  bool centered = false;
  /// Before each update weights become w - w * weight_decay * learning rate: all trainable ones, biases too.
  std::optional<double> weight_decay = {};
  /// Largest L2 norm of one weight's gradient.
  std::optional<double> clipnorm = {};
  /// Largest magnitude of an element of a gradient.
  std::optional<double> clipvalue = {};
  /// Largest L2 norm of all gradients together.
  std::optional<double> global_clipnorm = {};
  /// Keeps moving averages of the weights; they replace the weights at the end of fit.
  bool use_ema = false;
  double ema_momentum = 0.99;
  /// Every how many updates the averages replace the weights.
  std::optional<int> ema_overwrite_frequency = {};
  /// The loss is multiplied by it and gradients are divided by it.
  std::optional<double> loss_scale_factor = {};
  /// Updates once in so many steps, by their mean gradient. At least 2.
  std::optional<int> gradient_accumulation_steps = {};
  /// Default: made when the model is compiled.
  std::string name = {};
};

OptimizerArguments arguments(const Adam& value);
OptimizerArguments arguments(const SGD& value);
OptimizerArguments arguments(const RMSprop& value);
std::vector<OptimizerSlot> slots(const Adam& value);
std::vector<OptimizerSlot> slots(const SGD& value);
std::vector<OptimizerSlot> slots(const RMSprop& value);
void update(const Adam& value, const UpdateRange& range);
void update(const SGD& value, const UpdateRange& range);
void update(const RMSprop& value, const UpdateRange& range);
void fields(Adam& value, Fields& f);
void fields(SGD& value, Fields& f);
void fields(RMSprop& value, Fields& f);
/// Throws ArgumentError for a momentum outside [0, 1].
void validate(const SGD& value);

/// Registers a user's optimizer under its class name, so that configurations can name it.
void register_optimizer(Optimizer default_value);

}  // namespace sumi
