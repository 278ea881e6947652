// Losses by name, by function and by the shapes of the data.
#include "sumi/losses.hpp"

#include <algorithm>
#include <cctype>

#include "core/registry.hpp"
#include "losses/common.hpp"

namespace sumi {

/// What the strings "crossentropy" and "ce" mean. Nobody else needs it.
struct CrossentropyByShape {
  static constexpr const char* class_name = "crossentropy";
};
void fields(CrossentropyByShape& /*value*/, Fields& /*f*/) {}
Value lower(const CrossentropyByShape& value, Lowering& ops, Value y_true, Value y_pred) {
  return Loss(value).resolved(ops.shape(y_true), ops.shape(y_pred))->lower_values(ops, y_true, y_pred);
}

namespace {

Registry<Loss>& registry() {
  static Registry<Loss> losses("loss", {{BinaryCrossentropy{}, {"bce", "BCE"}},
                                        {BinaryFocalCrossentropy{}},
                                        {CategoricalCrossentropy{}},
                                        {CategoricalFocalCrossentropy{}},
                                        {CategoricalHinge{}},
                                        {CosineSimilarity{}},
                                        {CrossentropyByShape{}, {"ce"}},
                                        {Hinge{}},
                                        {Huber{}},
                                        {KLDivergence{}, {"kld", "KLD"}},
                                        {LogCosh{}},
                                        {MeanAbsoluteError{}, {"mae", "MAE"}},
                                        {MeanAbsolutePercentageError{}, {"mape", "MAPE"}},
                                        {MeanSquaredError{}, {"mse", "MSE"}},
                                        {MeanSquaredLogarithmicError{}, {"msle", "MSLE"}},
                                        {Poisson{}},
                                        {SparseCategoricalCrossentropy{}},
                                        {SquaredHinge{}}});
  return losses;
}

}  // namespace

void fields(LossFunction& value, Fields& f) { common_fields(value, f); }
Value lower(const LossFunction& loss, Lowering& ops, Value y_true, Value y_pred) {
  return loss.function(ops, y_true, y_pred);
}
void validate(const LossFunction& value) {
  check_reduction(value.reduction);
  if (value.name.empty()) throw ArgumentError("Expected a name of the loss function. Received: name=''");
  if (!value.function) throw ArgumentError("Expected a function of the loss '" + value.name + "'. Received: none.");
}

Loss Loss::from_identifier(std::string_view identifier) {
  std::string lower(identifier);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool by_shape = lower == "crossentropy" || lower == "ce";
  Loss loss = registry().find(by_shape ? lower : identifier);
  loss.identifier_ = identifier;
  return loss;
}

Loss Loss::resolved(const Shape& y_true, const Shape& y_pred) const {
  if (as<CrossentropyByShape>() == nullptr) return *this;
  if (!y_pred.empty() && y_pred.back() == 1) return BinaryCrossentropy{};
  if (y_true.size() < y_pred.size() || (!y_true.empty() && y_true.back() == 1)) return SparseCategoricalCrossentropy{};
  return CategoricalCrossentropy{};
}

bool Loss::is_built_in(std::string_view class_name) { return registry().is_built_in(class_name); }
void register_loss(std::string class_name, Loss default_value) {
  registry().add(std::move(class_name), std::move(default_value));
}

}  // namespace sumi
