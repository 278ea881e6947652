// What an optimizer is: an aggregate whose behaviour stands beside it in free functions. Order of events: Keras 3,
// keras/src/optimizers.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sumi/schedules.hpp"
#include "sumi/spec.hpp"

namespace sumi {

/// The arguments that every optimizer has.
struct OptimizerArguments {
  LearningRate learning_rate = 0.001;
  /// Before each update weights become w - w * weight_decay * learning rate: all trainable ones, biases too, but those
  /// of Optimizer::exclude_from_weight_decay.
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

/// Those of an optimizer that has a field for each of them, under the same name.
template <class T>
requires requires(const T& value) {
  value.learning_rate;
  value.gradient_accumulation_steps;
}
OptimizerArguments arguments(const T& value) {
  return {value.learning_rate,
          value.weight_decay,
          value.clipnorm,
          value.clipvalue,
          value.global_clipnorm,
          value.use_ema,
          value.ema_momentum,
          value.ema_overwrite_frequency,
          value.loss_scale_factor,
          value.gradient_accumulation_steps,
          value.name};
}

/// One array of optimizer state of the size of the weights, or one number.
struct OptimizerSlot {
  /// Keras's name: `momentum`, `velocity`, ...
  std::string name;
  float initial_value = 0.0F;
  /// Slots of one group are saved interleaved (m of the first weight, v of the first, m of the second ...), groups one
  /// after the other.
  int group = 0;
  /// One number for all weights, in a group of its own.
  bool scalar = false;
};

/// One update of a flat range of weights, element-wise.
struct UpdateRange {
  std::int64_t iteration;  ///< Updates made before this one: 0 at the first.
  double learning_rate;
  std::span<float> weights;  ///< To be changed in place.
  std::span<const float> gradients;
  std::span<float* const> slots;  ///< One pointer for each of `slots(T)`: to weights.size() floats, or to the scalar.
};

namespace detail {
class OptimizerInterface : public SpecInterface {
 public:
  virtual std::shared_ptr<OptimizerInterface> clone() const = 0;
  virtual OptimizerArguments arguments() const = 0;
  virtual std::vector<OptimizerSlot> slots() const = 0;
  virtual void advance(std::int64_t iteration, std::span<float* const> slots) const = 0;
  virtual void apply(const UpdateRange& range) const = 0;
  virtual void set_name(std::string name) = 0;
  virtual void set_learning_rate(double rate) = 0;
};
}  // namespace detail

/// An aggregate T with `T::class_name`, `fields(T&, Fields&)`, `slots(const T&) -> std::vector<OptimizerSlot>`,
/// `update(const T&, const UpdateRange&)`, and, unless it has the fields of OptimizerArguments, `arguments(const T&) ->
/// OptimizerArguments`. Clipping, weight decay, moving averages, accumulation and constraints are done around it.
/// Optional: `advance(const T&, std::int64_t iteration, std::span<float* const> slots)`, which changes scalar slots
/// before the ranges of an update are walked.
template <class T>
concept OptimizerSpec = requires(T value, const T constant, Fields& f, const UpdateRange& range) {
  T::class_name;
  fields(value, f);
  { arguments(constant) } -> std::convertible_to<OptimizerArguments>;
  { slots(constant) } -> std::convertible_to<std::vector<OptimizerSlot>>;
  update(constant, range);
};

/// Any optimizer: an object (`Adam{.learning_rate = 1e-4}`), or its class's name in any case ("adam", "rmsprop").
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

  /// Weight decay leaves out the weights whose name (`bias`, `gamma` ...) contains one of these. As in Keras,
  /// configurations and files don't say so: see Sequential::exclude_from_weight_decay. Takes the place of an earlier
  /// call.
  Optimizer& exclude_from_weight_decay(const std::vector<std::string>& var_names);
  /// Leaves out the weights of which `excluded(layer name, weight name)` is true.
  Optimizer& exclude_from_weight_decay(std::function<bool(std::string_view, std::string_view)> excluded);
  bool is_excluded_from_weight_decay(std::string_view layer, std::string_view weight) const;

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
    void advance([[maybe_unused]] std::int64_t iteration,
                 [[maybe_unused]] std::span<float* const> slots) const override {
      if constexpr (requires(const T& value) { advance_of(value, iteration, slots); }) {
        advance_of(this->value_, iteration, slots);
      }
    }
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
  template <class T>
  static auto advance_of(const T& value, std::int64_t iteration, std::span<float* const> slots)
      -> decltype(advance(value, iteration, slots)) {
    return advance(value, iteration, slots);
  }

  std::function<bool(std::string_view, std::string_view)> excluded_;
};

/// Registers a user's optimizer under its class name, so that configurations can name it.
void register_optimizer(Optimizer default_value);

}  // namespace sumi
