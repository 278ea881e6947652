// What the built-in optimizers share: the arguments of every optimizer, and running a rule on a range.
#pragma once

#include "backend/backend.hpp"
#include "sumi/optimizer.hpp"
#include "sumi/threads.hpp"

namespace sumi::optimizers {

/// In the order of Keras's get_config.
template <class T>
void common_fields(T& value, Fields& f) {
  f("name", value.name);
  double rate = value.learning_rate.rate();
  f("learning_rate", rate, value.learning_rate.schedule());
  value.learning_rate.set_rate(rate);
  f("weight_decay", value.weight_decay);
  f("clipnorm", value.clipnorm);
  f("global_clipnorm", value.global_clipnorm);
  f("clipvalue", value.clipvalue);
  f("use_ema", value.use_ema);
  f("ema_momentum", value.ema_momentum);
  f("ema_overwrite_frequency", value.ema_overwrite_frequency);
  f("loss_scale_factor", value.loss_scale_factor);
  f("gradient_accumulation_steps", value.gradient_accumulation_steps);
}

inline void run(const backend::UpdateRule& rule, const UpdateRange& range) {
  backend::cpu().update(rule, range.weights.data(), range.gradients.data(), range.slots.data(), range.weights.size(),
                        num_threads());
}

}  // namespace sumi::optimizers
