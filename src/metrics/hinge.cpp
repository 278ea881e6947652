// How far predicted margins are on the wrong side.
#include "sumi/metrics/hinge.hpp"

#include "core/row_loss.hpp"
#include "metrics/losses.hpp"

namespace sumi::metrics {

void fields(Hinge& value, Fields& f) { f("name", value.name); }
void fields(SquaredHinge& value, Fields& f) { f("name", value.name); }
void fields(CategoricalHinge& value, Fields& f) { f("name", value.name); }

void update(const Hinge& metric, const MetricBatch& batch, std::span<double> state) {
  add_loss(metric, PointwiseLossKind::hinge, batch, state);
}
void update(const SquaredHinge& metric, const MetricBatch& batch, std::span<double> state) {
  add_loss(metric, PointwiseLossKind::squared_hinge, batch, state);
}
void update(const CategoricalHinge& metric, const MetricBatch& batch, std::span<double> state) {
  add_rows<CategoricalHingeRow<float>>(metric, batch, state, 1.0);
}

}  // namespace sumi::metrics
