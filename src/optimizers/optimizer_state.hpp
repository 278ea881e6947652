// What an optimizer remembers about a model's weights, and one training step's update in Keras's order of events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "state/parameters.hpp"
#include "sumi/optimizer.hpp"

namespace sumi::optimizers {

/// One variable of an optimizer, as Keras saves it.
template <class Float>
struct Variable {
  std::string name;  ///< `adam/sequential_conv2d_kernel_momentum`.
  Shape shape;
  /// Empty for `iteration`, which is an integer: see step() and set_step().
  std::span<Float> values;
};

/// The state of one optimizer for one model. Arrays are laid out as the weights are. Nothing allocates after
/// construction but the listing of variables.
class OptimizerState {
 public:
  /// State for all weights that were created trainable. Gives the optimizer a name where it has none. Without
  /// `allocated` it has no memory and only tells which variables there would be.
  OptimizerState(Optimizer optimizer, const state::ParameterTable& parameters, bool allocated = true);

  /// One step: gradients (which are changed too) are unscaled, accumulated, clipped; weights decayed, updated,
  /// averaged, constrained. `trainable`: for each parameter of the table whether it takes part now; without any nothing
  /// happens. Floats between parameters stay zero. Throws ShapeError where the arguments don't fit the table.
  void apply(state::Arena& parameters, state::Arena& gradients, const std::vector<bool>& trainable);
  /// The end of fit: with use_ema the moving averages become the weights.
  void finalize(state::Arena& parameters) const;
  /// Weights and moving averages change places. Throws ArgumentError where the optimizer has no averages.
  void swap_averages(state::Arena& parameters);
  /// The averages become what the weights are.
  void set_averages(const state::Arena& parameters);

  /// Updates made: steps, or, with gradient accumulation, groups of them.
  std::int64_t iterations() const { return step_ / accumulation_; }
  /// Calls of apply: Keras's variable `iteration`. Schedules count in it.
  std::int64_t step() const { return step_; }
  void set_step(std::int64_t step) { step_ = step; }

  /// Of the next update.
  double learning_rate() const {
    return arguments_.learning_rate.is_schedule() ? arguments_.learning_rate.at(step_) : learning_rate_;
  }
  /// Throws ArgumentError where the optimizer has a schedule, or the rate is not finite.
  void set_learning_rate(double rate);
  /// By how much training must multiply the loss before gradients are computed; they are divided by it here.
  double loss_scale() const { return arguments_.loss_scale_factor.value_or(1.0); }

  /// From the next update on: see Optimizer.
  void exclude_from_weight_decay(const std::vector<std::string>& var_names);

  /// The optimizer's configuration, with its name and its current learning rate.
  Optimizer optimizer() const;

  /// All variables in the order in which Keras saves them: iteration, learning_rate (unless it is a schedule),
  /// averages, accumulators, slots. `trainable`: the parameters that count, as for apply; empty: all. Spans are valid
  /// while the state stays where it is.
  std::vector<Variable<float>> variables(const std::string& model_name, const std::vector<bool>& trainable = {});
  std::vector<Variable<const float>> variables(const std::string& model_name,
                                               const std::vector<bool>& trainable = {}) const;
  /// How many variables those are, and of how many elements in all.
  std::size_t variable_count(const std::vector<bool>& trainable = {}) const;
  std::int64_t parameter_count(const std::vector<bool>& trainable = {}) const;

 private:
  /// A parameter that was created trainable, with the zeros behind it.
  struct Block {
    std::size_t parameter;      // index in the table
    std::string layer, weight;  // `conv2d`, `kernel`
    Shape shape;
    std::size_t begin, size, end;
    Constraint constraint;
    bool decays;
  };
  struct Range {
    std::size_t begin, end;
  };
  /// One float for each weight, or one for all.
  struct Array {
    std::string name;
    int group;
    bool scalar;
    state::Arena floats;
  };

  template <class Float, class State>
  static std::vector<Variable<Float>> list(State& state, const std::string& model_name,
                                           const std::vector<bool>& trainable);
  /// Of the blocks that take part, neighbours merged; those that decay, or all.
  void find_ranges(std::vector<Range>& ranges, const std::vector<bool>& trainable, bool decaying) const;
  bool takes_part(const Block& block, const std::vector<bool>& trainable) const {
    return trainable.empty() || trainable[block.parameter];
  }
  void accumulate(float* gradients, bool last);
  void clip(float* gradients, const std::vector<bool>& trainable) const;
  void decay(float* weights, double rate) const;
  void update(float* weights, float* gradients, double rate);
  void average(float* weights, const std::vector<bool>& trainable);

  Optimizer optimizer_;
  OptimizerArguments arguments_;
  std::size_t parameters_ = 0;  // of the table, in number
  std::size_t floats_ = 0;      // of all blocks
  std::int64_t accumulation_ = 1;
  std::int64_t step_ = 0;
  float learning_rate_ = 0;
  std::vector<Block> blocks_;
  std::vector<Range> ranges_, decaying_;  // of the current step
  std::vector<Array> arrays_;             // [averages], [gradient accumulators], slots
  std::size_t first_slot_ = 0;
  std::vector<float*> slots_;  // of the range being updated, and scalars
};

}  // namespace sumi::optimizers
