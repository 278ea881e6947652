#include "training/model_variables.hpp"

#include <optional>

#include "core/text.hpp"
#include "core/warning.hpp"

namespace sumi::training {
namespace {

constexpr const char* optimizer_path = "/optimizer/vars";

}  // namespace

std::vector<saving::VariableGroup> layer_groups(const Model& model, const state::ParameterTable& table, float* arena) {
  std::vector<std::string> class_names;
  for (std::size_t i = 0; i < model.layer_count(); ++i) class_names.emplace_back(model.layer(i).class_name());
  const std::vector<std::string> keys = saving::group_keys(class_names);
  std::vector<saving::VariableGroup> groups;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    groups.push_back({"/layers/" + keys[i] + "/vars", model.layer(i)->name(), class_names[i], {}});
  }
  for (const state::Parameter& parameter : table.all()) {
    std::span<float> floats;
    if (arena != nullptr) floats = {arena + parameter.offset, parameter.size};
    groups[parameter.layer].variables.push_back({parameter.name, parameter.shape, floats});
  }
  return groups;
}

OptimizerVariables::OptimizerVariables(const Model& model, optimizers::OptimizerState* state) {
  const Optimizer& spec = model.optimizer_spec();
  const OptimizerArguments arguments = spec->arguments();
  group_ = {optimizer_path, arguments.name, std::string(spec.class_name()), {}};
  if (state != nullptr) {
    iteration_ = state->step();
    for (const auto& variable : state->variables(model.name(), model.trainable_weights())) {
      group_.variables.push_back({variable.name, variable.shape, variable.values});
    }
  } else {
    group_.variables.push_back({"iteration", {}});
    learning_rate_ = static_cast<float>(arguments.learning_rate.rate());
    if (!arguments.learning_rate.is_schedule()) {
      group_.variables.push_back({"learning_rate", {}, {&learning_rate_, 1}});
    }
  }
  group_.variables.front().integer = &iteration_;
}

void OptimizerVariables::finish_reading(Model& model) const {
  const bool was_made = model.optimizer_if_made() != nullptr;
  const LearningRate rate = model.optimizer_spec()->arguments().learning_rate;
  const bool same_rate = rate.is_schedule() || rate.rate() == double{learning_rate_};
  if (!was_made && iteration_ == 0 && same_rate) return;
  model.optimizer().set_step(iteration_);
  if (!was_made && !same_rate) model.set_learning_rate(learning_rate_);
}

void load_optimizer(Model& model, const saving::WeightStore& store) {
  if (!model.compiled()) return;
  const OptimizerVariables fresh(model);
  const std::size_t stored = store.entries(fresh.group()).size();
  if (stored == 0) return;
  // As long as there are no more variables than an optimizer has before it sees weights, none are made for it; where
  // there are, they are compared before there is memory for them.
  std::optional<optimizers::OptimizerState> planned;
  if (stored > fresh.group().variables.size() && model.optimizer_if_made() == nullptr) {
    planned.emplace(model.optimizer_spec(), model.parameters(), false);
  }
  const OptimizerVariables expected(model, planned ? &*planned : model.optimizer_if_made());
  const auto misfits = saving::find_misfits(store, {expected.group()});
  if (!misfits.empty()) {
    warn("Skipping variable loading for optimizer " + repr(expected.group().owner) + ", because it has " +
         std::to_string(expected.group().variables.size()) + " variables whereas the saved optimizer has " +
         std::to_string(stored) + " variables.");
    return;
  }
  auto groups = layer_groups(model, model.parameters(), nullptr);
  groups.push_back(expected.group());
  saving::require_distinct(store, groups);
  if (planned) model.optimizer();
  const OptimizerVariables variables(model);
  saving::read_group(store, variables.group());
  variables.finish_reading(model);
}

}  // namespace sumi::training
