// Which strings the small argument types take.
#include "sumi/values.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/text.hpp"

namespace sumi {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

struct ActivationName {
  ActivationKind kind;
  const char* name;
  /// False where Keras has no string for it.
  bool is_string = true;
};
/// In the order of ActivationKind.
constexpr std::array<ActivationName, 29> activations{{
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
}};
static_assert(static_cast<std::size_t>(activations.back().kind) + 1 == activations.size());

}  // namespace

Padding::Padding(std::string_view name) : same_(lower_case(name) == "same") {
  if (!same_ && lower_case(name) != "valid") {
    throw ArgumentError("The `padding` argument must be one of {'valid', 'same'}. Received: " + std::string(name));
  }
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
      kind_ = activation.kind;
      return;
    }
    names.emplace_back(activation.name);
  }
  names.insert(names.end(), {"swish", "hard_swish"});
  throw ArgumentError("Could not interpret activation function identifier: " + std::string(name) +
                      ". Known activations: " + join(names) + "." + suggestion(name, names));
}

const char* ActivationFunction::name() const { return activations.at(static_cast<std::size_t>(kind_)).name; }

}  // namespace sumi
