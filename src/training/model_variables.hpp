// The variables of a model as weight files hold them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "saving/weight_file.hpp"
#include "training/model.hpp"

namespace sumi::training {

/// The groups of all layers, with those without weights. `arena`: of the weights; null where there is none yet, and the
/// variables then have shapes only.
std::vector<saving::VariableGroup> layer_groups(const Model& model, const state::ParameterTable& table, float* arena);

/// The optimizer's variables as Keras counts them: before the first training, iteration and learning rate.
class OptimizerVariables {
 public:
  explicit OptimizerVariables(Model& model) : OptimizerVariables(model, model.optimizer_if_made()) {}
  /// Those of a state that the model doesn't have yet, or of none.
  OptimizerVariables(const Model& model, optimizers::OptimizerState* state);
  const saving::VariableGroup& group() const { return group_; }
  /// The model takes over what was read into the group and doesn't lie in it.
  void finish_reading(Model& model) const;

 private:
  std::int64_t iteration_ = 0;
  float learning_rate_ = 0;
  saving::VariableGroup group_;
};

/// Loads a file's optimizer state where it fits the compiled model; warns where it doesn't.
void load_optimizer(Model& model, const saving::WeightStore& store);

}  // namespace sumi::training
