// The running loss and metrics of an epoch.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sumi/logs.hpp"
#include "sumi/metric.hpp"

namespace sumi::training {

class RunningMetrics {
 public:
  RunningMetrics(const std::vector<Metric>& metrics, const std::vector<Metric>& weighted_metrics);

  void reset();
  /// `batch.sample_weight` counts for the weighted metrics alone. `loss`: of the whole batch, weighted by its size.
  void update(const MetricBatch& batch, double loss, std::int64_t samples);
  /// Loss first, then metrics in the order of compile. Valid until the next call.
  const Logs& logs();
  /// The same by name, as callbacks get them.
  const Logs& sorted_logs();
  /// Whether the number of that name is to rise or to fall; nothing for names that aren't there.
  std::optional<Direction> direction(std::string_view name) const;

 private:
  struct Running {
    Metric metric;
    std::string name;
    bool weighted;
    std::vector<double> state;  // empty before the first update, which knows its size
  };
  void write(Logs& logs) const;

  std::vector<Running> metrics_;
  double loss_total_ = 0;
  double loss_count_ = 0;
  Logs logs_, sorted_logs_;
};

}  // namespace sumi::training
