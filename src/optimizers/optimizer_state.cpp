#include "optimizers/optimizer_state.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "backend/backend.hpp"
#include "core/text.hpp"
#include "sumi/threads.hpp"

namespace sumi::optimizers {
namespace {

/// In double and in a fixed order: eight sums side by side, so that the additions need not wait for each other.
double sum_of_squares(const float* values, std::size_t count) {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) {
      const double value = values[i + lane];
      sums[lane] += value * value;
    }
  }
  for (; i < count; ++i) sums[0] += double{values[i]} * double{values[i]};
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

void scale(float* values, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) values[i] *= factor;
}

bool positive(const std::optional<double>& value) { return value && *value > 0; }

}  // namespace

OptimizerState::OptimizerState(Optimizer optimizer, const state::ParameterTable& parameters, bool allocated)
    : optimizer_(std::move(optimizer)), parameters_(parameters.count()), floats_(parameters.trainable_floats()) {
  optimizer_.ensure_name();
  arguments_ = optimizer_->arguments();
  learning_rate_ = static_cast<float>(arguments_.learning_rate.rate());
  accumulation_ = arguments_.gradient_accumulation_steps.value_or(1);

  for (std::size_t i = 0; i < parameters.count(); ++i) {
    const state::Parameter& p = parameters[i];
    if (!p.arguments.trainable) continue;
    if (!blocks_.empty()) blocks_.back().end = p.offset;
    blocks_.push_back({i, p.layer_name, p.name, p.shape, p.offset, p.size, floats_, p.arguments.constraint,
                       !optimizer_.is_excluded_from_weight_decay(p.layer_name, p.name)});
  }
  ranges_.reserve(blocks_.size());
  decaying_.reserve(blocks_.size());

  const auto add = [this, allocated](const OptimizerSlot& slot) {
    arrays_.push_back({slot.name, slot.group, slot.scalar, {}});
    if (allocated) arrays_.back().floats = state::Arena(slot.scalar ? 1 : floats_, slot.initial_value);
  };
  if (arguments_.use_ema) add({.name = "average", .group = -2});
  if (accumulation_ > 1) add({.name = "gradient_accumulator", .group = -1});
  first_slot_ = arrays_.size();
  for (const OptimizerSlot& slot : optimizer_->slots()) add(slot);
  for (std::size_t i = first_slot_; i < arrays_.size(); ++i) slots_.push_back(arrays_[i].floats.data());
}

void OptimizerState::apply(state::Arena& parameters, state::Arena& gradients, const std::vector<bool>& trainable) {
  if (trainable.size() != parameters_ || parameters.size() < floats_ || gradients.size() < floats_) {
    throw ShapeError("The optimizer was made for " + std::to_string(parameters_) + " weights with " +
                     std::to_string(floats_) + " trainable floats. Received " + std::to_string(trainable.size()) +
                     " weights, " + std::to_string(parameters.size()) + " floats and " +
                     std::to_string(gradients.size()) + " gradients.");
  }
  find_ranges(ranges_, trainable, false);
  if (ranges_.empty()) return;
  float* const w = parameters.data();
  float* const g = gradients.data();
  if (arguments_.loss_scale_factor) {
    const auto factor = static_cast<float>(*arguments_.loss_scale_factor);
    for (const Range& r : ranges_) {
      for (std::size_t i = r.begin; i < r.end; ++i) g[i] /= factor;
    }
  }
  const bool last = (step_ + 1) % accumulation_ == 0;
  if (accumulation_ > 1) accumulate(g, last);
  if (last) {
    const double rate = learning_rate();
    clip(g, trainable);
    if (arguments_.weight_decay) {
      find_ranges(decaying_, trainable, true);
      decay(w, rate);
    }
    update(w, g, rate);
  }
  if (arguments_.use_ema) average(w, trainable);
  for (const Block& block : blocks_) {
    if (!takes_part(block, trainable)) continue;
    if (block.constraint) block.constraint->apply({w + block.begin, block.size}, block.shape);
  }
  ++step_;
}

void OptimizerState::find_ranges(std::vector<Range>& ranges, const std::vector<bool>& trainable, bool decaying) const {
  ranges.clear();
  for (const Block& block : blocks_) {
    if (!takes_part(block, trainable) || (decaying && !block.decays)) continue;
    if (!ranges.empty() && ranges.back().end == block.begin) {
      ranges.back().end = block.end;
    } else {
      ranges.push_back({block.begin, block.end});
    }
  }
}

void OptimizerState::accumulate(float* gradients, bool last) {
  float* const sums = arrays_[first_slot_ - 1].floats.data();
  const auto steps = static_cast<float>(accumulation_);
  for (const Range& r : ranges_) {
    for (std::size_t i = r.begin; i < r.end; ++i) {
      sums[i] += gradients[i];
      if (last) gradients[i] = sums[i] / steps;
    }
  }
  if (last) std::fill_n(sums, floats_, 0.0F);
}

void OptimizerState::clip(float* gradients, const std::vector<bool>& trainable) const {
  if (positive(arguments_.clipvalue)) {
    const auto limit = static_cast<float>(*arguments_.clipvalue);
    for (const Range& r : ranges_) {
      for (std::size_t i = r.begin; i < r.end; ++i) gradients[i] = std::clamp(gradients[i], -limit, limit);
    }
  }
  const bool each = positive(arguments_.clipnorm), all = positive(arguments_.global_clipnorm);
  if (!each && !all) return;
  double total = 0;
  for (const Block& block : blocks_) {
    if (!takes_part(block, trainable)) continue;
    const double squares = sum_of_squares(gradients + block.begin, block.size);
    total += squares;
    const double norm = std::sqrt(squares);
    // The negation lets a gradient that is not a number spread through its weight, as in Keras.
    if (each && !(norm <= *arguments_.clipnorm)) {
      scale(gradients + block.begin, block.size, static_cast<float>(*arguments_.clipnorm / norm));
    }
  }
  const double norm = std::sqrt(total);
  if (!all || norm <= *arguments_.global_clipnorm) return;
  const double factor =
      std::isfinite(norm) ? *arguments_.global_clipnorm / norm : std::numeric_limits<double>::quiet_NaN();
  for (const Range& r : ranges_) scale(gradients + r.begin, r.end - r.begin, static_cast<float>(factor));
}

void OptimizerState::decay(float* weights, double rate) const {
  // A descent along the weights themselves.
  const backend::UpdateRule rule{.kind = backend::UpdateRule::Kind::sgd,
                                 .learning_rate = static_cast<float>(*arguments_.weight_decay * rate)};
  for (const Range& r : decaying_) {
    float* const begin = weights + r.begin;
    backend::cpu().update(rule, begin, begin, nullptr, r.end - r.begin, num_threads());
  }
}

void OptimizerState::update(float* weights, float* gradients, double rate) {
  optimizer_->advance(iterations(), slots_);
  for (const Range& r : ranges_) {
    for (std::size_t s = 0; s < slots_.size(); ++s) {
      Array& array = arrays_[first_slot_ + s];
      slots_[s] = array.floats.data() + (array.scalar ? 0 : r.begin);
    }
    const std::size_t count = r.end - r.begin;
    optimizer_->apply({iterations(), rate, {weights + r.begin, count}, {gradients + r.begin, count}, slots_});
  }
  // Zeros stay zeros under most rules, but not under all: Adam without epsilon makes 0 / 0 of them.
  for (const Block& block : blocks_) std::fill(weights + block.begin + block.size, weights + block.end, 0.0F);
}

void OptimizerState::average(float* weights, const std::vector<bool>& trainable) {
  float* const averages = arrays_.front().floats.data();
  const float kept = iterations() == 0 ? 0.0F : static_cast<float>(arguments_.ema_momentum);
  for (const Block& block : blocks_) {
    if (takes_part(block, trainable)) {
      for (std::size_t i = block.begin; i < block.end; ++i) {
        averages[i] = kept * averages[i] + (1 - kept) * weights[i];
      }
    } else {
      // So that averages never change frozen weights, and are right when these thaw.
      std::copy(weights + block.begin, weights + block.end, averages + block.begin);
    }
  }
  const auto& frequency = arguments_.ema_overwrite_frequency;
  if (frequency && (iterations() + 1) % *frequency == 0) std::copy_n(averages, floats_, weights);
}

void OptimizerState::finalize(state::Arena& parameters) const {
  if (arguments_.use_ema && step_ > 0) std::copy_n(arrays_.front().floats.data(), floats_, parameters.data());
}

void OptimizerState::swap_averages(state::Arena& parameters) {
  if (!arguments_.use_ema) {
    throw ArgumentError(
        "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer. Received: use_ema=False");
  }
  if (step_ > 0) std::swap_ranges(parameters.data(), parameters.data() + floats_, arrays_.front().floats.data());
}

void OptimizerState::set_averages(const state::Arena& parameters) {
  if (step_ > 0) std::copy_n(parameters.data(), floats_, arrays_.front().floats.data());
}

void OptimizerState::set_learning_rate(double rate) {
  if (arguments_.learning_rate.is_schedule()) {
    throw ArgumentError(
        "This optimizer was created with a `LearningRateSchedule` object as its `learning_rate` constructor argument, "
        "hence its learning rate is not settable. If you need the learning rate to be settable, you should instantiate "
        "the optimizer with a float `learning_rate` argument.");
  }
  if (!std::isfinite(rate)) throw ArgumentError("Expected a finite learning rate. Received: " + repr(rate) + ".");
  learning_rate_ = static_cast<float>(rate);
}

void OptimizerState::exclude_from_weight_decay(const std::vector<std::string>& var_names) {
  optimizer_.exclude_from_weight_decay(var_names);
  for (Block& block : blocks_) {
    block.decays = !optimizer_.is_excluded_from_weight_decay(block.layer, block.weight);
  }
}

Optimizer OptimizerState::optimizer() const {
  Optimizer current = optimizer_;
  current.set_learning_rate(learning_rate_);
  return current;
}

template <class Float, class State>
std::vector<Variable<Float>> OptimizerState::list(State& state, const std::string& model_name,
                                                  const std::vector<bool>& trainable) {
  const std::string prefix = state.arguments_.name + "/";
  const auto part = [](auto& array, std::size_t begin, std::size_t size) -> std::span<Float> {
    if (array.floats.size() == 0) return {};
    return {array.floats.data() + begin, size};
  };
  std::vector<Variable<Float>> variables = {{prefix + "iteration", {}, {}}};
  if (!state.arguments_.learning_rate.is_schedule()) {
    variables.push_back({prefix + "learning_rate", {}, {&state.learning_rate_, 1}});
  }
  for (std::size_t first = 0; first < state.arrays_.size();) {
    if (auto& scalar = state.arrays_[first]; scalar.scalar) {
      variables.push_back({prefix + scalar.name, {}, part(scalar, 0, 1)});
      ++first;
      continue;
    }
    std::size_t end = first + 1;
    while (end < state.arrays_.size() && state.arrays_[end].group == state.arrays_[first].group) ++end;
    for (const Block& block : state.blocks_) {
      if (!state.takes_part(block, trainable)) continue;
      for (std::size_t i = first; i < end; ++i) {
        auto& array = state.arrays_[i];
        variables.push_back({prefix + model_name + "_" + block.layer + "_" + block.weight + "_" + array.name,
                             block.shape, part(array, block.begin, block.size)});
      }
    }
    first = end;
  }
  return variables;
}

std::vector<Variable<float>> OptimizerState::variables(const std::string& model_name,
                                                       const std::vector<bool>& trainable) {
  return list<float>(*this, model_name, trainable);
}

std::vector<Variable<const float>> OptimizerState::variables(const std::string& model_name,
                                                             const std::vector<bool>& trainable) const {
  return list<const float>(*this, model_name, trainable);
}

std::size_t OptimizerState::variable_count(const std::vector<bool>& trainable) const {
  return variables("", trainable).size();
}

std::int64_t OptimizerState::parameter_count(const std::vector<bool>& trainable) const {
  std::int64_t count = 0;
  for (const Variable<const float>& variable : variables("", trainable)) count += element_count(variable.shape);
  return count;
}

}  // namespace sumi::optimizers
