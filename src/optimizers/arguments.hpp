// What the built-in optimizers share: the arguments of every optimizer, and running a rule on a range.
#pragma once

#include "backend/backend.hpp"
#include "core/text.hpp"
#include "sumi/error.hpp"
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

/// Throws ArgumentError where what an average keeps at each step is not in [0, 1): at 1 nothing would ever come in.
inline void expect_kept_part(const char* name, double value) {
  if (value >= 0 && value < 1) return;
  throw ArgumentError("Argument `" + std::string(name) + "` must be in the range [0, 1). Received: " + name + "=" +
                      repr(value));
}

/// Throws ArgumentError for what is added to a sum of squares, or to its root, and is below 0.
inline void expect_not_negative(const char* name, double value) {
  if (value >= 0) return;
  throw ArgumentError("Argument `" + std::string(name) + "` must be at least 0. Received: " + name + "=" + repr(value));
}

inline void run(const backend::UpdateRule& rule, const UpdateRange& range) {
  backend::cpu().update(rule, range.weights.data(), range.gradients.data(), range.slots.data(), range.weights.size(),
                        num_threads());
}

}  // namespace sumi::optimizers
