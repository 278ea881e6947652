// Optimizers by name, and what holds for the arguments of each of them.
#include "sumi/optimizers.hpp"

#include <algorithm>
#include <cctype>

#include "core/naming.hpp"
#include "core/registry.hpp"

namespace sumi {
namespace {

Registry<Optimizer>& registry() {
  static Registry<Optimizer> optimizers("optimizer", {{Adam{}}, {SGD{}}, {RMSprop{}, {"rmsprop"}}});
  return optimizers;
}

bool same_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string shown(const std::optional<double>& value) { return value ? repr(*value) : "None"; }

}  // namespace

Optimizer Optimizer::from_identifier(std::string_view identifier) {
  for (const char* name : {Adam::class_name, SGD::class_name, RMSprop::class_name}) {
    if (same_but_for_case(name, identifier)) return registry().find(name);
  }
  return registry().find(identifier);
}

bool Optimizer::is_built_in(std::string_view class_name) { return registry().is_built_in(class_name); }

void Optimizer::ensure_name() {
  if ((*this)->arguments().name.empty()) mutable_held().set_name(auto_name(class_name()));
}

void Optimizer::set_learning_rate(double rate) { mutable_held().set_learning_rate(rate); }

void Optimizer::check_arguments(const OptimizerArguments& a) {
  if (int{a.clipnorm.has_value()} + int{a.clipvalue.has_value()} + int{a.global_clipnorm.has_value()} > 1) {
    throw ArgumentError("Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: clipnorm=" +
                        shown(a.clipnorm) + ", clipvalue=" + shown(a.clipvalue) +
                        ", global_clipnorm=" + shown(a.global_clipnorm));
  }
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
