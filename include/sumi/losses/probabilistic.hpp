// Losses of predicted distributions.
#pragma once

#include <string>

#include "sumi/loss.hpp"

namespace sumi {

/// Sum over the last axis of y_true log(y_true / y_pred), both clipped to [1e-7, 1].
struct KLDivergence {
  static constexpr const char* class_name = "KLDivergence";
  std::string reduction = "sum_over_batch_size";
  std::string name = "kl_divergence";
};

/// Mean over the last axis of y_pred - y_true log(y_pred + 1e-7).
struct Poisson {
  static constexpr const char* class_name = "Poisson";
  std::string reduction = "sum_over_batch_size";
  std::string name = "poisson";
};

void fields(KLDivergence& value, Fields& f);
void fields(Poisson& value, Fields& f);
Value lower(const KLDivergence& loss, Lowering& ops, Value y_true, Value y_pred);
Value lower(const Poisson& loss, Lowering& ops, Value y_true, Value y_pred);
/// Throw ArgumentError for an unknown reduction.
void validate(const KLDivergence& value);
void validate(const Poisson& value);

}  // namespace sumi
