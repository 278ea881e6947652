// Which strings the small argument types take.
#include "sumi/values.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace sumi {
namespace {

struct ActivationName {
  ActivationKind kind;
  const char* name;
  /// False where Keras has no string for it, or none that it could call.
  bool is_string = true;
};
/// In the order of ActivationKind.
constexpr std::array<ActivationName, 31> activations{{
    {ActivationKind::linear, "linear"},
    {ActivationKind::relu, "relu"},
    {ActivationKind::relu6, "relu6"},
    {ActivationKind::leaky_relu, "leaky_relu"},
    {ActivationKind::elu, "elu"},
    {ActivationKind::selu, "selu"},
    {ActivationKind::celu, "celu"},
    {ActivationKind::gelu, "gelu"},
    {ActivationKind::gelu_tanh, "gelu_tanh", false},
    {ActivationKind::silu, "silu"},
    {ActivationKind::sigmoid, "sigmoid"},
    {ActivationKind::tanh, "tanh"},
    {ActivationKind::exponential, "exponential"},
    {ActivationKind::softplus, "softplus"},
    {ActivationKind::softsign, "softsign"},
    {ActivationKind::hard_sigmoid, "hard_sigmoid"},
    {ActivationKind::hard_silu, "hard_silu"},
    {ActivationKind::hard_tanh, "hard_tanh"},
    {ActivationKind::mish, "mish"},
    {ActivationKind::log_sigmoid, "log_sigmoid"},
    {ActivationKind::squareplus, "squareplus"},
    {ActivationKind::soft_shrink, "soft_shrink"},
    {ActivationKind::hard_shrink, "hard_shrink"},
    {ActivationKind::tanh_shrink, "tanh_shrink"},
    {ActivationKind::threshold, "threshold", false},
    {ActivationKind::sparse_plus, "sparse_plus"},
    {ActivationKind::sparse_sigmoid, "sparse_sigmoid"},
    {ActivationKind::softmax, "softmax"},
    {ActivationKind::log_softmax, "log_softmax"},
    {ActivationKind::glu, "glu"},
    {ActivationKind::sparsemax, "sparsemax"},
}};
static_assert(static_cast<std::size_t>(activations.back().kind) + 1 == activations.size());

}  // namespace

Padding::Padding(std::string_view name) : kind_(lower_case(name) == "same" ? Kind::same : Kind::valid) {
  if (!same() && lower_case(name) != "valid") {
    throw ArgumentError("The `padding` argument must be one of {'valid', 'same'}. Received: " + std::string(name));
  }
}

Padding Padding::causal() {
  Padding padding = "valid";
  padding.kind_ = Kind::causal;
  return padding;
}

DataFormat::DataFormat(std::string_view name) : first_(lower_case(name) == "channels_first") {
  if (!first_ && lower_case(name) != "channels_last") {
    throw ArgumentError(
        "The `data_format` argument must be one of {'channels_first', 'channels_last'}. Received: data_format=" +
        std::string(name));
  }
}

ActivationFunction::ActivationFunction(std::string_view name) {
  const std::string_view known = name == "swish" ? "silu" : name == "hard_swish" ? "hard_silu" : name;
  std::vector<std::string> names;
  for (const ActivationName& activation : activations) {
    if (!activation.is_string) continue;
    if (activation.name == known) {
      *this = activation.kind;
      return;
    }
    names.emplace_back(activation.name);
  }
  names.insert(names.end(), {"swish", "hard_swish"});
  throw ArgumentError("Could not interpret activation function identifier: " + std::string(name) +
                      ". Known activations: " + join(names) + "." + suggestion(name, names));
}

ActivationFunction::ActivationFunction(ActivationKind kind) : kind_(kind) {
  switch (kind) {
    case ActivationKind::leaky_relu:
      arguments_.negative_slope = 0.2;
      break;
    case ActivationKind::soft_shrink:
    case ActivationKind::hard_shrink:
      arguments_.threshold = 0.5;
      break;
    case ActivationKind::squareplus:
      arguments_.alpha = 4.0;
      break;
    default:
      break;
  }
}

const char* ActivationFunction::name() const { return activations.at(static_cast<std::size_t>(kind_)).name; }

std::string ActivationFunction::text() const {
  const ActivationArguments defaults = ActivationFunction(kind_).arguments_;
  std::vector<std::string> changed;
  const auto add = [&changed](const char* argument, double value, double by_default) {
    if (value != by_default) changed.push_back(argument + ("=" + repr(value)));
  };
  add("negative_slope", arguments_.negative_slope, defaults.negative_slope);
  if (arguments_.max_value) changed.push_back("max_value=" + repr(*arguments_.max_value));
  add("threshold", arguments_.threshold, defaults.threshold);
  add(kind_ == ActivationKind::squareplus ? "b" : "alpha", arguments_.alpha, defaults.alpha);
  add("default_value", arguments_.default_value, defaults.default_value);
  return changed.empty() ? name() : std::string(name()) + "(" + join(changed) + ")";
}

}  // namespace sumi
