// Optimizers by name, and what holds for the arguments of each of them.
#include "sumi/optimizers.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/naming.hpp"
#include "core/registry.hpp"
#include "core/text.hpp"

namespace sumi {
namespace {

Registry<Optimizer>& registry() {
  static Registry<Optimizer> optimizers("optimizer", {{Adam{}},
                                                      {SGD{}},
                                                      {RMSprop{}, {"rmsprop"}},
                                                      {AdamW{}, {"adamw"}},
                                                      {Nadam{}},
                                                      {Adamax{}},
                                                      {Adagrad{}},
                                                      {Adadelta{}},
                                                      {Lion{}},
                                                      {Ftrl{}}});
  return optimizers;
}

std::string shown(const std::optional<double>& value) { return value ? repr(*value) : "None"; }

}  // namespace

Optimizer Optimizer::from_identifier(std::string_view identifier) {
  std::string lower(identifier);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return registry().find(registry().knows(lower) ? lower : identifier);
}

bool Optimizer::is_built_in(std::string_view class_name) { return registry().is_built_in(class_name); }

void Optimizer::ensure_name() {
  if ((*this)->arguments().name.empty()) mutable_held().set_name(auto_name(class_name()));
}

void Optimizer::set_learning_rate(double rate) { mutable_held().set_learning_rate(rate); }

Optimizer& Optimizer::exclude_from_weight_decay(const std::vector<std::string>& var_names) {
  return exclude_from_weight_decay([var_names](std::string_view, std::string_view weight) {
    return std::any_of(var_names.begin(), var_names.end(),
                       [&](const std::string& name) { return weight.find(name) != std::string_view::npos; });
  });
}

Optimizer& Optimizer::exclude_from_weight_decay(std::function<bool(std::string_view, std::string_view)> excluded) {
  excluded_ = std::move(excluded);
  return *this;
}

bool Optimizer::is_excluded_from_weight_decay(std::string_view layer, std::string_view weight) const {
  return excluded_ && excluded_(layer, weight);
}

void Optimizer::check_arguments(const OptimizerArguments& a) {
  if (int{a.clipnorm.has_value()} + int{a.clipvalue.has_value()} + int{a.global_clipnorm.has_value()} > 1) {
    throw ArgumentError("Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: clipnorm=" +
                        shown(a.clipnorm) + ", clipvalue=" + shown(a.clipvalue) +
                        ", global_clipnorm=" + shown(a.global_clipnorm));
  }
  const auto expect_finite = [](const char* name, std::optional<double> value) {
    if (!value || std::isfinite(*value)) return;
    throw ArgumentError("Argument `" + std::string(name) + "` must be a finite number. Received: " + name + "=" +
                        repr(*value));
  };
  if (!a.learning_rate.is_schedule()) expect_finite("learning_rate", a.learning_rate.rate());
  expect_finite("weight_decay", a.weight_decay);
  expect_finite("clipnorm", a.clipnorm);
  expect_finite("clipvalue", a.clipvalue);
  expect_finite("global_clipnorm", a.global_clipnorm);
  expect_finite("loss_scale_factor", a.loss_scale_factor);
  if (a.gradient_accumulation_steps && *a.gradient_accumulation_steps < 2) {
    throw ArgumentError(
        "`gradient_accumulation_steps` must be an integer >= 2. Received: gradient_accumulation_steps=" +
        std::to_string(*a.gradient_accumulation_steps));
  }
  if (a.use_ema && !(a.ema_momentum >= 0 && a.ema_momentum <= 1)) {
    throw ArgumentError("`ema_momentum` must be in the range [0, 1]. Received: ema_momentum=" + repr(a.ema_momentum));
  }
  if (a.use_ema && a.ema_overwrite_frequency && *a.ema_overwrite_frequency < 1) {
    throw ArgumentError(
        "`ema_overwrite_frequency` must be an integer >= 1 or None. Received: ema_overwrite_frequency=" +
        std::to_string(*a.ema_overwrite_frequency));
  }
  if (a.loss_scale_factor && *a.loss_scale_factor == 0) {
    throw ArgumentError("`loss_scale_factor` must not be 0: gradients are divided by it.");
  }
}

void register_optimizer(Optimizer default_value) {
  std::string class_name(default_value.class_name());
  registry().add(std::move(class_name), std::move(default_value));
}

}  // namespace sumi
