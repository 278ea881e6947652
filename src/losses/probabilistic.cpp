// Losses of predicted distributions, as ops.
#include "sumi/losses/probabilistic.hpp"

#include "losses/common.hpp"

namespace sumi {

void fields(KLDivergence& value, Fields& f) { common_fields(value, f); }
void fields(Poisson& value, Fields& f) { common_fields(value, f); }

Value lower(const KLDivergence& loss, Lowering& ops, Value y_true, Value y_pred) {
  return pointwise(loss, PointwiseLossKind::kl_divergence, ops, y_true, y_pred);
}
Value lower(const Poisson& loss, Lowering& ops, Value y_true, Value y_pred) {
  return pointwise(loss, PointwiseLossKind::poisson, ops, y_true, y_pred);
}

void validate(const KLDivergence& value) { check_reduction(value.reduction); }
void validate(const Poisson& value) { check_reduction(value.reduction); }

}  // namespace sumi
