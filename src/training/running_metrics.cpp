#include "training/running_metrics.hpp"

#include <algorithm>

namespace sumi::training {

RunningMetrics::RunningMetrics(const std::vector<Metric>& metrics, const std::vector<Metric>& weighted_metrics) {
  const auto taken = [this](const std::string& name) {
    return name == "loss" ||
           std::any_of(metrics_.begin(), metrics_.end(), [&name](const Running& m) { return m.name == name; });
  };
  const auto add = [&](const Metric& metric, bool weighted) {
    std::string base = metric.name();
    if (weighted && taken(base)) base = "weighted_" + base;
    std::string name = base;
    for (int i = 1; taken(name); ++i) name = base + "_" + std::to_string(i);
    metrics_.push_back({metric, std::move(name), weighted, {}});
  };
  for (const Metric& metric : metrics) add(metric, false);
  for (const Metric& metric : weighted_metrics) add(metric, true);
  // All names stand in both from the start, so that later writes change values and allocate nothing.
  write(logs_);
  sorted_logs_ = logs_.sorted();
}

void RunningMetrics::reset() {
  loss_total_ = loss_count_ = 0;
  for (Running& metric : metrics_) std::fill(metric.state.begin(), metric.state.end(), 0.0);
}

void RunningMetrics::update(const MetricBatch& batch, double loss, std::int64_t samples) {
  loss_total_ += loss * static_cast<double>(samples);
  loss_count_ += static_cast<double>(samples);
  const MetricBatch unweighted{batch.y_true, batch.y_pred, batch.true_shape, batch.pred_shape, {}};
  for (Running& metric : metrics_) {
    if (metric.state.empty()) metric.state.resize(metric.metric->state_doubles(batch.pred_shape));
    metric.metric->update_state(metric.weighted ? batch : unweighted, metric.state);
  }
}

void RunningMetrics::write(Logs& logs) const {
  logs.set("loss", loss_count_ == 0 ? 0.0 : loss_total_ / loss_count_);
  for (const Running& metric : metrics_) {
    logs.set(metric.name, metric.state.empty() ? 0.0 : metric.metric->result_of(metric.state));
  }
}

std::optional<Direction> RunningMetrics::direction(std::string_view name) const {
  if (name == "loss") return Direction::down;
  for (const Running& metric : metrics_) {
    if (metric.name != name || metric.metric->direction() == Direction::none) continue;
    return metric.metric->direction();
  }
  return std::nullopt;
}

const Logs& RunningMetrics::logs() {
  write(logs_);
  return logs_;
}

const Logs& RunningMetrics::sorted_logs() {
  write(sorted_logs_);
  return sorted_logs_;
}

}  // namespace sumi::training
